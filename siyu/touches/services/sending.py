"""From the outbox to the provider, at most once: claim and ask the gate again, hand over, write down.

1. In one transaction: claim what is due, ask the gate again (consent, quiet hours, caps, address), write the words, mark as being sent.
2. Outside of any: the channel takes each message and says Sent, Retry, GiveUp or Unknown.
3. After each answer: write it down. Who stops before 3 leaves touches that become `unknown`; they are never sent again by themselves.
"""

import json
from collections.abc import Generator, Iterator, Sequence, Set
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from siyu.facts.run import pump_progress
from siyu.lib.crypto import decrypt_text
from siyu.lib.sql import array, statements
from siyu.members.services import lock

from .. import asking, words
from ..models import Account
from ..providers import channel, provider
from ..queries.files import contents
from ..rules.gate import Proposal, Verdict, Why, confirm, confirmed
from ..rules.media import MEDIA
from ..rules.sending import GiveUp, Outcome, Retry, Sent, Unknown
from .claimed import Claimed, Ready, Settled
from .telling import tell

_sql = statements("siyu.touches", "outbox")
BATCH = 200  # touches of one claim
MINUTE = timedelta(minutes=1)
FORGOTTEN = timedelta(minutes=10)  # longer than handing over a set and its last conversation may take
HANDING_OVER_S = 240.0  # seconds after which no further message of a set is handed over
ASKED_AGAIN_S = 5.0  # seconds after which the gate is asked once more about what of a set was not handed over yet
MAX_ATTEMPTS = 8


def send_due(now: datetime, medium: str, clock: Any = None) -> int:
    """Send what is due of a medium, as fast as its account allows; returns how many were handed over.

    A slow provider is not given a whole set: what is not handed over in `HANDING_OVER_S` waits again, and so does the rest of a set when
    somebody in it may not be touched any more. `clock()` gives the time at which an answer came; tests pass their own.
    """
    account = Account.objects.filter(medium=medium, archived_at=None).first()
    if account is None:
        return 0
    ready = claim(now, medium, account.per_minute)
    if not ready:
        return 0
    by = channel(account.channel)
    begun = asked_at = monotonic()
    answers = _answers(by.send(provider(account), [one.message for one in ready]), len(ready))
    for handed, (one, outcome) in enumerate(zip(ready, answers, strict=True), start=1):
        finish([(one, outcome)], clock() if clock else now, hopeless=by.HOPELESS)
        stops = monotonic() > begun + HANDING_OVER_S
        if not stops and monotonic() > asked_at + ASKED_AGAIN_S:
            asked_at = monotonic()
            stops = not _may_all(ready[handed:], now + timedelta(seconds=asked_at - begun))
        if stops:
            answers.close()
            put_back(ready[handed:])
            return handed
    return len(ready)


def _may_all(waiting: Sequence[Ready], now: datetime) -> bool:
    _go, kept = asked_again([one.touch for one in waiting], now)
    return not kept


def claim(now: datetime, medium: str, per_minute: int = 10**9) -> list[Ready]:
    """Step 1 for one medium. What the gate refuses or puts off is settled at once."""
    with transaction.atomic(), connection.cursor() as cursor:
        if pump_progress(cursor.cursor).stopped:
            return []  # what people say now the gate does not hear
        cursor.execute(_sql.pace, {"medium": medium, "since": now - MINUTE})
        room = min(BATCH, per_minute - cursor.fetchone()[0])
        if room <= 0:
            return []
        cursor.execute(_sql.claim, {"medium": medium, "now": now, "limit": room})
        touches = [read_claimed(row) for row in cursor.fetchall()]
        if not touches:
            return []
        lock(cursor.cursor, [touch.member_id for touch in touches])
        go, settled = asked_again(touches, now)
        ready, failed = written_out(cursor, go, medium, now)
        settle(cursor, settled + failed, now)
        if ready:
            cursor.execute(_sql.sending, {"ids": [one.touch.id for one in ready], "now": now})
    return ready


def read_claimed(row: Sequence[Any]) -> Claimed:
    """A row of the outbox as statements give it."""
    return Claimed._make((*row[:6], json.loads(row[6]), *row[7:]))


def finish(results: Sequence[tuple[Ready, Outcome]], now: datetime, *, hopeless: Set[str] = frozenset()) -> None:
    """Step 3: write down what the provider answered, and tell the log. Codes that are `hopeless` mean: this address does not exist."""
    with transaction.atomic(), connection.cursor() as cursor:
        settle(cursor, [_settled(ready.touch, outcome, now) for ready, outcome in results], now)
        bad = [
            (ready, outcome) for ready, outcome in results if isinstance(outcome, GiveUp) and outcome.code in hopeless and ready.identity_id
        ]
        if bad:
            identities = array([ready.identity_id for ready, _ in bad])
            because = [f"{outcome.code}: {outcome.because}"[:300] for _, outcome in bad]
            cursor.execute(
                _sql.refuse_address, {"medium": bad[0][0].touch.medium, "identities": identities, "becauses": because, "now": now}
            )


def put_back(claimed: Sequence[Ready]) -> None:
    """What was claimed and not handed over waits again."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_sql.put_back, {"ids": [one.touch.id for one in claimed]})


def settle(cursor: Any, settled: Sequence[Settled], now: datetime, *, are_delivered: bool = False) -> None:
    """Write down what became of touches, and record `touch.sent` and `touch.failed`; `are_delivered`: what is sent has arrived, too."""
    if not settled:
        return
    columns = {
        "ids": array([one.touch.id for one in settled]),
        "statuses": [one.status for one in settled],
        "whys": [one.why for one in settled],
        "details": [one.detail[:500] for one in settled],
        "receipts": [one.receipt for one in settled],
        "ats": array([one.at for one in settled]),
        "sent": array([one.sent_at for one in settled]),
    }
    cursor.execute(_sql.settle, columns)
    tell(settled, now, are_delivered=are_delivered)


def forget_senders(now: datetime) -> int:
    """Touches whose sender went away become `unknown`; returns how many. They are shown, and a person decides."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_sql.forgotten, {"before": now - FORGOTTEN})
        return cursor.rowcount


def asked_again(touches: Sequence[Claimed], now: datetime) -> tuple[list[Claimed], list[Settled]]:
    """What the gate says now: who may be touched, and what becomes of the others (refused, or put off)."""
    policy, zone = asking.policy_at(now)
    known = asking.states([touch.member_id for touch in touches], policy, zone, now)
    go, settled = [], []
    for touch in touches:
        proposal = Proposal(touch.key, touch.medium, touch.purpose, now, touch.until, leaves_house=not MEDIA[touch.medium].is_indoors)
        state = known.get(touch.member_id)
        late = touch.until is not None and now > touch.until
        verdict = confirm(policy, state, proposal, now) if state else Verdict(touch.key, None, Why.GONE)
        if late:
            verdict = Verdict(touch.key, None, Why.TOO_LATE)
        if state:
            known[touch.member_id] = confirmed(state, proposal, verdict)
        if verdict.at is None:
            settled.append(Settled(touch, "refused", str(verdict.why), verdict.detail))
        elif verdict.at > now:
            settled.append(Settled(touch, "asked" if MEDIA[touch.medium].asks_staff else "reserved", str(Why.QUIET), at=verdict.at))
        else:
            go.append(touch)
    return go, settled


def written_out(cursor: Any, touches: list[Claimed], medium: str, now: datetime) -> tuple[list[Ready], list[Settled]]:
    """The words of each touch, for its member; what cannot be written for somebody stops that touch alone."""
    handles: dict[int, tuple[int | None, str]] = {}
    kind = MEDIA[medium].handle
    if kind and touches:
        cursor.execute(_sql.handles, {"medium": medium, "kind": kind, "members": array([touch.member_id for touch in touches])})
        handles = {member: (identity, decrypt_text(value)) for member, identity, value in cursor.fetchall()}
    ready, failed = [], []
    written = words.write([words.Asked(one.id, one.member_id, one.template_id, one.values) for one in touches], now)
    along = contents(one.template_id for one in touches) if kind and MEDIA[medium].carries_files else {}
    links: list[tuple[str, UUID, str]] = []
    for touch in touches:
        found = written[touch.id]
        if isinstance(found, words.Fault):
            failed.append(Settled(touch, "refused", found.code, found.because))
            continue
        if kind and touch.member_id not in handles:
            failed.append(Settled(touch, "refused", str(Why.NO_ADDRESS), medium))
            continue
        identity, address = handles.get(touch.member_id, (None, ""))
        message = replace(found.message, to=address, attachments=along.get(touch.template_id, ()))
        ready.append(Ready(touch, message, identity))
        links += [(token, touch.id, url) for token, url in found.links]
    if links:
        tokens, touched, urls = zip(*links, strict=True)
        cursor.execute(_sql.insert_links, {"tokens": list(tokens), "touches": array(touched), "urls": list(urls)})
    return ready, failed


def _settled(touch: Claimed, outcome: Outcome, now: datetime) -> Settled:
    match outcome:
        case Sent(receipt):
            return Settled(touch, "sent", receipt=receipt, sent_at=now)
        case Retry(after, because) if touch.attempts + 1 < MAX_ATTEMPTS:
            wait = min(after * 2**touch.attempts, timedelta(hours=12))
            return Settled(touch, "reserved", "provider.busy", because, at=now + wait)
        case Retry(_, because):
            return Settled(touch, "failed", "provider.gave_up", because)
        case GiveUp(code, because):
            return Settled(touch, "failed", code, because)
        case Unknown(because):
            return Settled(touch, "unknown", "provider.silent", because)


def _answers(outcomes: Iterator[Outcome], count: int) -> Generator[Outcome]:
    """The channel's answers; what a broken channel leaves unanswered may have been sent, and counts as unknown."""
    given = 0
    try:
        for outcome in outcomes:
            given += 1
            yield outcome
    except Exception as error:  # a vendor's fault must not lose the answers before it
        because = f"the channel failed: {type(error).__name__}: {error}"[:300]
        yield from (Unknown(because) for _ in range(count - given))
