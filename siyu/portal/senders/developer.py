"""The sender of a demo and of development: the code appears on `/m/dev/codes`. Works only where `SIYU_DEVELOPER_CODES=1` says so."""

from django.conf import settings

from siyu.lib.crypto import encrypt_text
from siyu.lib.refusal import Refusal

from ..models import Code
from . import Message


def send(message: Message) -> None:
    """Lay the code out. Refusal: `code.not_sent` where nobody may look at codes."""
    if not settings.DEVELOPER_CODES:
        raise Refusal("code.not_sent", "the code could not be sent; try again in a minute")
    Code.objects.filter(challenge=message.challenge).update(shown=encrypt_text(message.code))
