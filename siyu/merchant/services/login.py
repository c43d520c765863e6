"""The door: a user name and a password become a staff member, or an attempt that counts."""

from datetime import datetime

from siyu.lib.crypto import lookup_hash
from siyu.lib.refusal import Refusal

from ..models import LoginAttempt, Staff
from ..rules import SYSTEM, WINDOW, Actor, address_group, must_wait
from .audit import audit

LONGEST_PASSWORD = 1024  # a hash of more is a way to keep us busy


def admit(username: str, password: str, address: str, now: datetime) -> Staff:
    """The unarchived staff member with this password. An unknown name takes as long, and is told the same, as a wrong password.

    Every attempt is written before the password is looked at, so that many at once cannot pass the limit together; do not call
    this inside a transaction. Refusals: `login.wait`, `login.wrong`.
    """
    username = username.strip().lower()
    attempt = LoginAttempt.objects.create(
        username_hash=lookup_hash("username", username), address_hash=lookup_hash("address", address_group(address)), at=now
    )
    if _must_wait(attempt):
        attempt.delete()  # waiting is not prolonged by asking again
        raise Refusal("login.wait", "too many attempts; wait a quarter of an hour and try again")
    known = Staff.objects.filter(username=username, archived_at=None).first()
    if not _fits(known, password):
        subject = f"staff:{known.pk}" if known else "staff:unknown"  # what was typed is not kept: it may be a password
        audit(SYSTEM, "login.failed", subject, {"address": str(attempt.address_hash)}, at=now)
        raise Refusal("login.wrong", "user name or password is not right")
    assert known is not None
    LoginAttempt.objects.filter(username_hash=attempt.username_hash).delete()
    audit(Actor("staff", known.pk, known.name), "login.succeeded", f"staff:{known.pk}", {"address": str(attempt.address_hash)}, at=now)
    return known


def leave(by: Actor) -> None:
    """Note that a staff member logged out."""
    audit(by, "login.ended", f"staff:{by.id}")


def forget_attempts(before: datetime) -> int:
    """Remove failures older than an instant; returns how many."""
    return LoginAttempt.objects.filter(at__lt=before).delete()[0]


def _must_wait(attempt: LoginAttempt) -> bool:
    # all others, not only those before: of many at once, each has written before it counts, so the n-th to count sees n - 1
    recent = LoginAttempt.objects.filter(at__gt=attempt.at - WINDOW).exclude(pk=attempt.pk)
    return must_wait(recent.filter(username_hash=attempt.username_hash).count(), recent.filter(address_hash=attempt.address_hash).count())


def _fits(known: Staff | None, password: str) -> bool:
    password = password[:LONGEST_PASSWORD]
    if known is None:
        Staff().set_password(password)  # as much work as looking at a password
        return False
    return known.check_password(password)
