"""One key, one effect: what a program asks for twice is done once."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction

from siyu.lib.refusal import Refusal

from ..models import Asked

ONCE_DAYS = 90  # so long a key is known


def once(key: str, what: Any, do: Callable[[], int | None], *, now: datetime) -> int:
    """Do something under a key: the same key and words answer what was answered then; what is refused leaves the key unused.

    Refusals: `key.reused`, and whatever `do` refuses.
    """
    words = sha256(json.dumps(what, default=str, sort_keys=True).encode()).hexdigest()
    with transaction.atomic():
        asked, is_new = Asked.objects.select_for_update().get_or_create(key=key, defaults={"what": words, "at": now})
        if not is_new and asked.what != words:
            raise Refusal("key.reused", "this key has been used for something else")
        if is_new:
            asked.answer = do() or 0
            asked.save(update_fields=["answer"])
    return asked.answer


def forget_keys(now: datetime) -> int:
    """Forget keys after `ONCE_DAYS`; returns how many."""
    return Asked.objects.filter(at__lt=now - timedelta(days=ONCE_DAYS)).delete()[0]
