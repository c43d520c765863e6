"""Links that sign a member in: made by staff and by touches, signed, good for one use by the first who presses the button.

Opening the page uses nothing up: messengers look at links before people do. A link that somebody forwards after using it is dead.
"""

from datetime import datetime
from uuid import UUID, uuid4

from django.core.signing import BadSignature, Signer
from django.db import connection, transaction
from django.urls import reverse

from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.members.queries import bearer, hash_for
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ..models import Link
from ..rules import LINK_LIFE, fits_target
from .sessions import SignedIn, open_session

_sql = statements("siyu.portal", "portal")
_signer = Signer(salt="siyu.portal.link")


def sign_in_link(by: Actor, member_id: int, purpose: str, *, now: datetime, target: str = "", until: datetime | None = None) -> str:
    """The path of a link that signs this member in once, until `until` (a day, unless given), and leads to `target` below /m/.

    Refusals: `link.purpose`, `link.target`, `link.member`.
    """
    if not 1 <= len(purpose.strip()) <= 100:
        raise Refusal("link.purpose", "say in 1 to 100 characters what the link is for")
    if target and not fits_target(target):
        raise Refusal("link.target", "a link leads to a page of the member centre, such as /m/mall")
    hash_ = hash_for(member_id)
    if hash_ is None:
        raise Refusal("link.member", "this member has no handle that proves who they are")
    nonce = uuid4()
    with transaction.atomic():
        Link.objects.create(
            nonce=nonce,
            handle=hash_,
            purpose=purpose.strip(),
            target=target,
            made_by=by.name,
            made_at=now,
            expires_at=until or now + LINK_LIFE,
        )
        audit(by, "member.link_made", f"member:{member_id}", {"purpose": purpose.strip(), "target": target}, at=now)
    return reverse("m:enter", args=[_signer.sign(nonce.hex)])


def link_is_good(token: str, now: datetime) -> bool:
    """Whether a link would still sign somebody in."""
    nonce = _nonce(token)
    return nonce is not None and Link.objects.filter(nonce=nonce, used_at=None, expires_at__gt=now).exists()


def follow_link(token: str, *, device: str, now: datetime) -> tuple[SignedIn, str]:
    """Use a link up: the session it opens, and the page it leads to. Refusal: `link.dead`."""
    nonce = _nonce(token)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_sql.use_link, {"nonce": nonce, "now": now})
        row = cursor.fetchone()
        found = bearer(row[0]) if row else None
        if row is None or found is None:
            raise Refusal("link.dead", "this link was used already or is too old; ask for a new one")
        member_id = found[0]
        signed_in = SignedIn(open_session(row[0], way="link", device=device, by=Actor("member", member_id, "link"), now=now), member_id)
    return signed_in, row[1]


def _nonce(token: str) -> UUID | None:
    try:
        return UUID(_signer.unsign(token[:200]))
    except (BadSignature, ValueError):
        return None
