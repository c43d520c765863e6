"""A template is tried before anybody relies on it: its words with one member's values, sent now.

A test is no touch. Nothing of it waits, nothing is counted, no fact is told; the audit says who sent what to whom.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

from django.core import signing
from django.db import connection

from siyu.lib.crypto import decrypt_text, mask
from siyu.lib.refusal import Refusal
from siyu.lib.sql import array, statements
from siyu.members.queries import bearer, handle_named, survivor
from siyu.merchant.queries import AuditFilter, walk_audit
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from .. import asking, words
from ..models import Account, Template
from ..providers import channel, provider
from ..queries.files import contents
from ..queries.words import why_words
from ..rules.gate import Proposal, State, judge_test
from ..rules.media import MEDIA
from ..rules.sending import Message, Outcome
from .accounts import tried
from .answers import said_no
from .telling import Told

_sql = statements("siyu.touches", "outbox")
MAX_TESTS = 50  # of one person in `DAY`: nobody sends a campaign as tests
DAY = timedelta(days=1)
VERB = "template.tried"


class Tested(NamedTuple):
    """What the address in a test knows of it: whom it went to, None where that was no member."""

    id: UUID
    member_id: int | None
    medium: str
    purpose: str


def try_template(by: Actor, code: str, member_id: int, to: str | None = None, *, now: datetime) -> Outcome:
    """Send the newest version of a template with a member's values now, outside of any transaction; returns what the provider answered.

    To an address `to` that no other member has; without one, and where `to` is the member's own, it goes to the member, and the gate is
    asked (`rules.gate.judge_test`). Refusals: `template.unknown`, `template.indoors`, `template.account`, `template.tests`,
    `template.address`, `template.of_another`, `template.refused`, `template.unwritten`, `member.unknown`.
    """
    template = _in_use(code)
    account = _account(template.medium)
    _check_number(by, now)
    state = _state(member_id, now)
    kind = MEDIA[template.medium].handle
    address, is_own = _entered(kind, to, member_id) if kind and to is not None else ("", True)
    if is_own:
        _ask(state, template, now)
        address = address or _address_of(template.medium, member_id)
    test = Tested(uuid4(), member_id if is_own else None, template.medium, template.purpose)
    message = _written(template, member_id, test, address, now)
    outcome = tried(channel(account.channel), provider(account), message)
    told = {"test": str(test.id), "version": template.version, "member": member_id, "to": mask(kind, address) if address else ""}
    audit(by, VERB, f"template:{code}", told | {"to_member": is_own, "outcome": type(outcome).__name__.lower()}, at=now)
    return outcome


def told_of_test(token: str) -> Tested | None:
    """The test behind an address that says no; None for what we did not write."""
    try:
        id_, *rest = signing.loads(token, salt=VERB)
    except signing.BadSignature:
        return None
    return Tested(UUID(id_), *rest)


def stop_test(test: Tested, *, now: datetime) -> bool:
    """Withdraw the consent for the purpose of a test on its medium; False when it went to no member."""
    if test.member_id is None:
        return False
    told = Told(survivor(test.member_id), test.medium, test.purpose, "")
    return said_no(test.id, told, f"unsubscribed from test {test.id}", now=now)


def _in_use(code: str) -> Template:
    newest = Template.objects.filter(code=code, archived_at=None).order_by("-version").first()
    if newest is None:
        raise Refusal("template.unknown", "there is no such template")
    return newest


def _account(medium: str) -> Account:
    if MEDIA[medium].is_indoors:
        raise Refusal("template.indoors", "what stays in the house is looked at in the preview: no test of it is sent")
    account = Account.objects.filter(medium=medium, archived_at=None).first()
    if account is None:
        raise Refusal("template.account", "there is no account that sends this: open one first")
    return account


def _check_number(by: Actor, now: datetime) -> None:
    newest = walk_audit(AuditFilter(by.name, VERB), MAX_TESTS)
    if sum(row.at > now - DAY for row in newest) >= MAX_TESTS:
        raise Refusal("template.tests", "at most %(limit)s tests in 24 hours: send to an audience of your own instead", limit=MAX_TESTS)


def _state(member_id: int, now: datetime) -> State:
    state = asking.states([member_id], *asking.policy_at(now), now).get(member_id)
    if state is None or state.is_gone:
        raise Refusal("member.unknown", "there is no such member")
    return state


def _entered(kind: str, to: str, member_id: int) -> tuple[str, bool]:
    """An entered address in its one form, and whether it is the member's own. Nobody gets to read what is another's."""
    if (named := handle_named(kind, to.strip())) is None:
        raise Refusal("template.address", "this is no address to which a test could go")
    found = bearer(named[1])
    if found is not None and found[0] != member_id:
        raise Refusal("template.of_another", "this address belongs to another member: name that member, or enter an address of your own")
    return named[0].value, found is not None


def _ask(state: State, template: Template, now: datetime) -> None:
    policy, _zone = asking.policy_at(now)
    leaves_house = not MEDIA[template.medium].is_indoors
    verdict = judge_test(policy, state, Proposal("test", template.medium, template.purpose, now, leaves_house=leaves_house))
    if verdict.why is not None:
        raise Refusal("template.refused", "not sent to this member: %(why)s", why=why_words(verdict.why))


def _address_of(medium: str, member_id: int) -> str:
    """Where touches of this medium go to the member; "" where they go nowhere of the member's own."""
    kind = MEDIA[medium].handle
    if not kind:
        return ""
    with connection.cursor() as cursor:
        cursor.execute(_sql.handles, {"medium": medium, "kind": kind, "members": array([member_id])})
        return decrypt_text(cursor.fetchone()[2])


def _written(template: Template, member_id: int, test: Tested, address: str, now: datetime) -> Message:
    token = signing.dumps([str(test.id), *test[1:]], salt=VERB)
    found = words.write([words.Asked(test.id, member_id, template.pk, {}, token)], now)[test.id]
    if isinstance(found, words.Fault):
        raise Refusal("template.unwritten", "there are no words for this member: %(because)s", because=found.because)
    along = contents([template.pk]).get(template.pk, ()) if MEDIA[template.medium].carries_files else ()
    return replace(found.message, to=address, attachments=along)
