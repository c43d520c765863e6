"""Giving a benefit to one member: by hand or as a reward, with an end and a reason; to try; and taking it back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction

from siyu.lib.clock import days_after
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.loyalty.queries import ladder
from siyu.merchant.queries import settings_book
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ... import holdings
from ...keys import key_of
from ...models import BenefitGrant
from ...rules.benefits import Benefit, is_given_by
from .asking import check, locked

_sql = statements("siyu.membership", "benefits")
MAX_TIMES = 10_000
TRIAL_EVERY = timedelta(days=365)  # a benefit may be tried once in so long


class BenefitGift(NamedTuple):
    """A benefit for one member, until an instant or until it is taken back; `times` more uses a period than others have."""

    member_id: int
    benefit: str
    key: str
    because: str
    until_at: datetime | None = None
    times: int | None = None


class BenefitTrial(NamedTuple):
    """A benefit of the next tier, tried for as many days as it allows."""

    member_id: int
    benefit: str
    key: str
    because: str = ""


def grant_benefit(by: Actor, gifts: Sequence[BenefitGift], now: datetime, *, source: str = "hand") -> list[int]:
    """Give benefits, all or none, each key once; returns the numbers of the grants. `source`: hand or reward.

    Refusals: `benefit.unknown`, `benefit.until`, `benefit.times`, `benefit.because`, `benefit.key`, `benefit.member`, `benefit.too_many`,
    `key.reused`.
    """
    check(gifts)
    with transaction.atomic():
        roots = locked({gift.member_id for gift in gifts})
        benefits = holdings.in_force(holdings.this_day(now))
        for gift in gifts:
            _check_gift(gift, benefits, now)
        return [_give(by, gift, roots[gift.member_id], gift.until_at, gift.times, source, now) for gift in gifts]


def revoke_benefit(by: Actor, grant_id: int, because: str, now: datetime) -> None:
    """Take a grant back. Refusals: `benefit.grant_unknown`, `benefit.revoked`, `benefit.because`."""
    if not because.strip():
        raise Refusal("benefit.because", "say why it is taken back")
    with transaction.atomic():
        grant = BenefitGrant.objects.select_for_update().filter(pk=grant_id).first()
        if grant is None:
            raise Refusal("benefit.grant_unknown", "there is no such grant")
        if grant.revoked_at is not None or (grant.until_at is not None and grant.until_at <= now):
            raise Refusal("benefit.revoked", "it has ended")
        grant.revoked_at, grant.revoked_because, grant.due_at = now, because[:500], min(grant.due_at or now, now)
        grant.save(update_fields=["revoked_at", "revoked_because", "due_at"])
        audit(by, "benefit.revoked", f"member:{grant.owner_id}", {"benefit": grant.benefit, "grant": grant_id}, because, at=now)


def try_benefit(by: Actor, trial: BenefitTrial, now: datetime) -> datetime:
    """Let a member try a benefit of the next tier; returns when the trial ends.

    Refusals: `benefit.unknown`, `benefit.no_trial`, `benefit.held`, `benefit.tried`, `benefit.key`, `benefit.member`, `key.reused`.
    """
    check([trial])
    with transaction.atomic():
        member = locked({trial.member_id})[trial.member_id]
        if (known := BenefitGrant.objects.filter(key=key_of("benefit-grant", trial.key)).first()) is not None:
            _check_repeated(known, trial)
            assert known.until_at is not None
            return known.until_at
        benefit = holdings.in_force(holdings.this_day(now)).get(trial.benefit)
        if benefit is None:
            raise Refusal("benefit.unknown", "there is no benefit %(code)s today", code=trial.benefit)
        if benefit.code in holdings.held([member], now)[member]:
            raise Refusal("benefit.held", "the member has this benefit already")
        if not benefit.definition.trial_days or next_tier(member, now) not in _tiers(benefit):
            raise Refusal("benefit.no_trial", "only a benefit of the next tier that allows it can be tried")
        with connection.cursor() as cursor:
            cursor.execute(_sql.tried_since, {"member": member, "benefit": benefit.code, "since": now - TRIAL_EVERY})
            if (tried_at := cursor.fetchone()[0]) is not None:
                day = (tried_at + TRIAL_EVERY).date()
                raise Refusal("benefit.tried", "it was tried already; the next time is from %(day)s", day=day)
        zone = settings_book().zone(now.date())
        until = days_after(now, benefit.definition.trial_days, zone)
        _give(by, trial, member, until, None, "trial", now)
        return until


def next_tier(member: int, now: datetime) -> str:
    """The code of the tier above a member's; empty at the top."""
    day = holdings.this_day(now)
    own = holdings.holders([member], (), now)[member].tiers
    steps = ladder(day)
    place = next((index for index, step in enumerate(steps) if step.code in own), -1)
    return steps[place + 1].code if place + 1 < len(steps) else ""


def _tiers(benefit: Benefit) -> set[str]:
    return {code for source in benefit.definition.sources if source.by == "tier" for code in source.codes if is_given_by(benefit, code)}


def _check_gift(gift: BenefitGift, benefits: dict[str, Benefit], now: datetime) -> None:
    if gift.benefit not in benefits:
        raise Refusal("benefit.unknown", "there is no benefit %(code)s today", code=gift.benefit)
    if not gift.because.strip():
        raise Refusal("benefit.because", "say why it is given")
    if gift.until_at is not None and gift.until_at <= now:
        raise Refusal("benefit.until", "it would have ended before it was given")
    if gift.times is not None and not 1 <= gift.times <= MAX_TIMES:
        raise Refusal("benefit.times", "a number of uses lies between 1 and %(limit)s", limit=MAX_TIMES)


def _give(
    by: Actor, gift: BenefitGift | BenefitTrial, member: int, until: datetime | None, times: int | None, source: str, now: datetime
) -> int:
    key = key_of("benefit-grant", gift.key)
    if (known := BenefitGrant.objects.filter(key=key).first()) is not None:
        _check_repeated(known, gift)
        return known.pk
    grant = BenefitGrant.objects.create(
        key=key,
        origin_id=member,
        owner_id=member,
        benefit=gift.benefit,
        source=source,
        from_at=now,
        until_at=until,
        times=times,
        by=by.name,
        because=gift.because,
        body=_body(gift),
        due_at=now,
    )
    detail = {"benefit": gift.benefit, "source": source, "until": until.isoformat() if until else None, "times": times}
    audit(by, "benefit.granted", f"member:{member}", detail, gift.because, at=now)
    return grant.pk


def _check_repeated(known: BenefitGrant, gift: BenefitGift | BenefitTrial) -> None:
    if known.body != _body(gift):
        raise Refusal("key.reused", "the key %(key)s was used for something else", key=gift.key)


def _body(gift: BenefitGift | BenefitTrial) -> dict[str, Any]:
    content = {name: value for name, value in gift._asdict().items() if name not in ("key", "because")}
    if isinstance(gift, BenefitGift):
        content["until_at"] = gift.until_at.isoformat() if gift.until_at else None
    return content
