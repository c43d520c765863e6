"""Who is who: kinds of handles, their one form, and how far they prove a person."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from siyu.lib.phones import normal_phone
from siyu.lib.refusal import Refusal
from siyu.lib.words import gettext_noop

MAX_HANDLE = 512  # characters


@dataclass(frozen=True, slots=True)
class IdentityKind:
    """The policy of a kind of handle: how many a member may have, and whether it names a person (strong) or a device (weak)."""

    name: str
    title: str
    limit: int = 5
    is_strong: bool = True


KINDS: dict[str, IdentityKind] = {
    kind.name: kind
    for kind in (
        IdentityKind("anonymous_id", gettext_noop("Anonymous visitor"), limit=200, is_strong=False),
        IdentityKind("device_id", gettext_noop("Device"), limit=50, is_strong=False),
        IdentityKind("user_id", gettext_noop("Shop log-in"), limit=5),
        IdentityKind("phone", gettext_noop("Phone"), limit=3),
        IdentityKind("email", gettext_noop("E-mail"), limit=5),
        IdentityKind("unionid", gettext_noop("WeChat UnionID"), limit=1),
        IdentityKind("openid", gettext_noop("WeChat OpenID"), limit=10),
        IdentityKind("mini_openid", gettext_noop("Mini program OpenID"), limit=5),
        IdentityKind("wecom_external_userid", gettext_noop("WeCom customer"), limit=3),
        IdentityKind("card", gettext_noop("Member card"), limit=3),
        IdentityKind("shop_account", gettext_noop("Account at a shop"), limit=10),
    )
}
ERASED = IdentityKind("erased", "", limit=100_000, is_strong=False)  # what is left of a handle: it names nobody, and parts from nobody
HIDDEN = "**"  # of a value that a shop shows in part: what is hidden of it could be anybody's
BLOCKED = (
    "", "0", "00", "000", "0000", "00000000000", "null", "undefined", "none", "nil", "nan", "anonymous", "unknown", "guest", "test",
    "true", "false", "[object object]", "[]", "{}", "-", "n/a", "not set", "(not set)", "not_authenticated", "id", "user_id", "userid",
    "distinct_id", "email", "00000000-0000-0000-0000-000000000000",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Policy:
    """The identity policy in force: kinds, blocked values (lower case), region of bare phone numbers."""

    kinds: dict[str, IdentityKind] = field(default_factory=lambda: KINDS)
    blocked: frozenset[str] = frozenset(BLOCKED)
    region: str = "CN"

    def kind(self, name: str) -> IdentityKind:
        return self.kinds.get(name) or (ERASED if name == ERASED.name else IdentityKind(name, name))

    def check_kind(self, name: str) -> None:
        """Refuse a kind that neither the program nor the merchant knows: `handle.kind`. Whoever has such a handle would be somebody new."""
        if name not in self.kinds:
            known = ", ".join(self.kinds)
            raise Refusal("handle.kind", "there is no kind of handle %(kind)s; it is one of %(kinds)s", kind=name[:60], kinds=known)

    def normal(self, kind: str, value: str) -> str | None:
        """The one form of a handle's value; None when it names nobody."""
        value = value.strip()
        if len(value) > MAX_HANDLE or value.lower() in self.blocked or HIDDEN in value:
            return None
        if kind == "phone":
            return normal_phone(value, self.region)
        if kind == "email":
            value = value.lower()
            return value if "*" not in value and "@" in value[1:-1] and len(value.split()) == 1 else None
        return value


def policy_of(settings: Any, day: date) -> Policy:
    """The identity policy in force on a business day."""
    changed = settings.value("members.identity_kinds", day)
    kinds = dict(KINDS)
    for name, said in changed.items():
        usual = kinds.get(name) or IdentityKind(name, name)
        kinds[name] = IdentityKind(name, usual.title, said.get("limit", usual.limit), said.get("strong", usual.is_strong))
    blocked = frozenset(BLOCKED) | {str(value).strip().lower() for value in settings.value("members.blocked_identities", day)}
    return Policy(kinds, blocked, settings.value("members.phone_region", day))
