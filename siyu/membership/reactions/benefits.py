"""Benefits that a shop says were used: the use stands as it happened, within the quota or not, and is booked in the ledger."""

from typing import Any

from psycopg import Cursor

from siyu.facts.rules import Batch, Derived, Fact
from siyu.lib.clock import business_day
from siyu.merchant.rules import SYSTEM

from .. import holdings, quotas
from ..rules.benefits import Benefit, Period, period_of
from ..services.benefits.using import MAX_QUANTITY, BenefitAsk, keep_uses, row_of, uses_by_key

REDEEMED = "benefit.redeemed"


def use(cursor: Cursor, batch: Batch) -> list[Derived] | None:
    """Keep the uses that facts tell, each once; returns `benefit.used` facts. What is no benefit of its day is passed over."""
    facts = [fact for fact in batch.named(REDEEMED) if fact.member_id is not None and not fact.is_historical]
    if not facts:
        return None
    known = set(uses_by_key([key_of_fact(fact) for fact in facts]))
    told: list[Derived] = []
    rows: list[dict[str, Any]] = []
    for fact in facts:
        key, benefit = key_of_fact(fact), holdings.in_force(fact.business_day).get(str(fact.properties.get("benefit")))
        if key in known or benefit is None:
            continue
        known.add(key)
        properties = fact.properties
        quantity = min(max(_whole(properties.get("quantity"), 1), 1), MAX_QUANTITY)
        ask = BenefitAsk(
            member_id=fact.member_id,  # type: ignore[arg-type]
            benefit=benefit.code,
            key=key,
            quantity=quantity,
            ref=str(properties.get("order_number") or ""),
            amount_minor=_whole(properties.get("amount_minor"), 0),
        )
        period = _open_period(benefit, fact, batch)
        row = row_of(ask, ask.member_id, benefit, fact.clock, fact.business_day, SYSTEM.name, "fact", period is not None, told=True)
        row["owner_id"] = batch.owner(ask.member_id)
        rows.append(row)
        if period is not None:
            spent = f"benefit-use:{row['key'].hex}"
            taking = quotas.Taking(row["owner_id"], benefit.code, quantity, spent, period, quantity, benefit.name)
            quotas.take(SYSTEM, [taking], fact.clock)
        told.append(_used(fact, row))
    keep_uses(rows)
    return told


def key_of_fact(fact: Fact) -> str:
    """The shop's number of the use, or the message."""
    return str(fact.properties.get("use") or f"fact:{fact.message.hex}")[:200]


def _open_period(benefit: Benefit, fact: Fact, batch: Batch) -> Period | None:
    """The period of the quota that the use counts in, if it has one and that is not over yet."""
    quota = benefit.definition.quota
    if quota is None:
        return None
    period = period_of(quota.per, fact.business_day)
    return period if period.until is None or period.until > business_day(fact.clock, batch.zone) else None


def _used(fact: Fact, row: dict[str, Any]) -> Derived:
    properties = {
        "benefit": row["benefit"],
        "quantity": row["quantity"],
        "value_minor": row["value_minor"],
        "source": "fact",
        "ref": row["ref"],
        "use": row["key"].hex,
    }
    return Derived(
        name="benefit.used",
        reaction="membership.benefit",
        member_id=fact.member_id,  # type: ignore[arg-type]
        properties=properties,
        cause=fact,
        discriminator=row["key"].hex,
    )


def _whole(value: Any, otherwise: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else otherwise
