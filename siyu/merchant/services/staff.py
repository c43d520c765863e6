"""Staff: who works here, in which role, seeing how much. Nobody gives what they do not have, and one owner always stays."""

import secrets
from typing import Any, NamedTuple

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q

from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal

from ..models import Staff
from ..rules import LANGUAGES, THEMES, Actor, Fault, Role, fits_name, fits_username, may_make, posting_of
from .audit import audit
from .organisation import living_region, living_store


class NewStaff(NamedTuple):
    """A staff member just made; `password` is shown once."""

    id: int
    password: str


def create_staff(
    by: Actor,
    username: str,
    name: str,
    role: str,
    reach: str | None = None,
    region_id: int | None = None,
    store_id: int | None = None,
    password: str | None = None,
    may_log_in: bool = True,
) -> NewStaff:
    """A new staff member; without a password a random one is made. `reach` is the role's usual one unless given.

    With `may_log_in` false no password opens the account (an assistant who only appears in lists) until one is reset.

    Refusals: `staff.username`, `staff.username_taken`, `staff.name`, `staff.role`, `staff.reach`, `staff.region`, `staff.store`,
    `staff.password_weak`, `staff.forbidden`, `region.*`, `store.*`.
    """
    username = username.strip().lower()
    if not fits_username(username):
        raise Refusal("staff.username", "a user name has 2 to 60 letters, digits or . _ @ + -")
    staff = Staff(username=username, name=_name(name))
    plain = (password or _random_password()) if may_log_in else ""
    try:
        with transaction.atomic():
            _post(by, staff, role, reach, region_id, store_id)
            if may_log_in:
                _set_password(staff, plain)
            else:
                staff.set_unusable_password()
            staff.save(force_insert=True)
            audit(by, "staff.created", _subject(staff), {"username": username, "name": staff.name, **_posting(staff)})
    except IntegrityError as error:
        raise Refusal(
            "staff.username_taken", "there is already a staff member with the user name %(username)s", username=username
        ) from error
    return NewStaff(staff.pk, plain)


def change_staff(
    by: Actor, staff_id: int, name: str, role: str, reach: str | None = None, region_id: int | None = None, store_id: int | None = None
) -> None:
    """A staff member's name, role and reach, in force with their next click.

    Refusals: those of `create_staff`, `staff.unknown`, `staff.archived`, `staff.own_role`, `staff.last_owner`.
    """
    with transaction.atomic():
        staff = _locked(by, staff_id)
        old = {"name": staff.name, **_posting(staff)}
        staff.name = _name(name)
        _post(by, staff, role, reach, region_id, store_id)
        new = {"name": staff.name, **_posting(staff)}
        if by.kind == "staff" and by.id == staff_id and old["role"] != new["role"]:
            raise Refusal("staff.own_role", "nobody changes their own role; ask another owner")
        if old["role"] == Role.OWNER and new["role"] != Role.OWNER:
            _keep_an_owner(staff_id)
        if old != new:
            staff.save(update_fields=["name", "role", "reach", "region", "store"])
            audit(by, "staff.changed", _subject(staff), {"old": old, "new": new})


def archive_staff(by: Actor, staff_id: int) -> None:
    """End a staff member's access; their sessions end with their next click.

    Refusals: `staff.unknown`, `staff.archived`, `staff.forbidden`, `staff.last_owner`.
    """
    with transaction.atomic():
        staff = _locked(by, staff_id)
        if staff.role == Role.OWNER:
            _keep_an_owner(staff_id)
        staff.archived_at = utc_now()
        staff.set_unusable_password()  # every session is bound to the password: none outlives this
        staff.save(update_fields=["archived_at", "password"])
        audit(by, "staff.archived", _subject(staff), {"username": staff.username})


def restore_staff(by: Actor, staff_id: int) -> str:
    """Let an archived staff member return; gives a new random password.

    Refusals: `staff.unknown`, `staff.not_archived`, `staff.forbidden`; `region.archived`, `store.archived` when where they worked is gone.
    """
    with transaction.atomic():
        staff = _locked(by, staff_id, archived=True)
        living_region(staff.region_id)
        living_store(staff.store_id)
        plain = _random_password()
        staff.archived_at = None
        staff.set_password(plain)
        staff.save(update_fields=["archived_at", "password"])
        audit(by, "staff.restored", _subject(staff), {"username": staff.username})
    return plain


def reset_password(by: Actor, staff_id: int) -> str:
    """A new random password, returned once; sessions end. Refusals: `staff.unknown`, `staff.archived`, `staff.forbidden`."""
    with transaction.atomic():
        staff = _locked(by, staff_id)
        plain = _random_password()
        staff.set_password(plain)
        staff.save(update_fields=["password"])
        audit(by, "staff.password_reset", _subject(staff))
    return plain


def change_password(by: Actor, old: str, new: str) -> None:
    """A staff member's own password; their other sessions end. Refusals: `staff.unknown`, `staff.password_wrong`, `staff.password_weak`."""
    with transaction.atomic():
        staff = _own_row(by)
        if not staff.check_password(old):
            raise Refusal("staff.password_wrong", "the present password is not right")
        _set_password(staff, new)
        staff.save(update_fields=["password"])
        audit(by, "staff.password_changed", _subject(staff))


def change_preferences(by: Actor, language: str, theme: str) -> None:
    """A staff member's own language and theme; of no consequence to others, so not audited. Refusals: `staff.language`, `staff.theme`."""
    if language not in LANGUAGES:
        raise Refusal("staff.language", "the language is one of %(known)s", known=", ".join(LANGUAGES))
    if theme not in THEMES:
        raise Refusal("staff.theme", "the theme is one of %(known)s", known=", ".join(THEMES))
    Staff.objects.filter(pk=by.id or 0, archived_at=None).update(language=language, theme=theme)


def _post(by: Actor, staff: Staff, role: str, reach: str | None, region_id: int | None, store_id: int | None) -> None:
    """Put a staff member in a role and reach, refusing what the actor may not give."""
    posting = posting_of(role, reach, region_id, store_id)
    if isinstance(posting, Fault):
        raise Refusal(posting.code, posting.because, **posting.values)
    _require_power(by, posting.role)
    staff.role, staff.reach = posting.role.value, posting.reach.value
    staff.region, staff.store = living_region(posting.region_id), living_store(posting.store_id)


def _require_power(by: Actor, role: Role) -> None:
    if by.kind == "system":
        return
    own = Staff.objects.filter(pk=by.id or 0, archived_at=None).values_list("role", flat=True).first() if by.kind == "staff" else None
    if own is None or not may_make(Role(own), role):
        raise Refusal("staff.forbidden", "only someone with all the permissions of this role may do this")


def _locked(by: Actor, staff_id: int, archived: bool = False) -> Staff:
    # Every owner is locked too, in one order: two owners who end each other at the same time must not both count on the other.
    rows = Staff.objects.select_for_update().filter(Q(pk=staff_id) | Q(role=Role.OWNER, archived_at=None)).order_by("pk")
    staff = next((row for row in rows if row.pk == staff_id), None)
    if staff is None:
        raise Refusal("staff.unknown", "there is no such staff member")
    if staff.archived_at is not None and not archived:
        raise Refusal("staff.archived", "%(username)s is archived", username=staff.username)
    if staff.archived_at is None and archived:
        raise Refusal("staff.not_archived", "%(username)s is not archived", username=staff.username)
    _require_power(by, Role(staff.role))
    return staff


def _own_row(by: Actor) -> Staff:
    staff = Staff.objects.select_for_update().filter(pk=by.id or 0, archived_at=None).first() if by.kind == "staff" else None
    if staff is None:
        raise Refusal("staff.unknown", "only a staff member has a password and preferences")
    return staff


def _keep_an_owner(leaving: int) -> None:
    if not Staff.objects.filter(role=Role.OWNER, archived_at=None).exclude(pk=leaving).exists():  # all of them are locked
        raise Refusal("staff.last_owner", "this is the last owner; make another one first")


def _set_password(staff: Staff, plain: str) -> None:
    try:
        validate_password(plain, staff)
    except ValidationError as error:
        reasons = " ".join(error.messages)  # Django's own words, already in the reader's language
        raise Refusal("staff.password_weak", reasons) from error
    staff.set_password(plain)


def _random_password() -> str:
    return secrets.token_urlsafe(12)  # 96 bits


def _name(name: str) -> str:
    if not fits_name(name.strip()):
        raise Refusal("staff.name", "a name has 1 to 60 printable characters")
    return name.strip()


def _posting(staff: Staff) -> dict[str, Any]:
    return {"role": staff.role, "reach": staff.reach, "region": staff.region_id, "store": staff.store_id}


def _subject(staff: Staff) -> str:
    return f"staff:{staff.pk}"
