"""Telephone numbers in one form (E.164), so that one number is one handle however it was typed."""

import re
from functools import lru_cache

import phonenumbers

_FRACTION = re.compile(r"(?<=\d)\.0\s*$")  # of a number that a program kept as one


@lru_cache(maxsize=10_000)
def normal_phone(text: str, region: str = "CN") -> str | None:
    """`138 0013 8000` → `+8613800138000`; None for what is no possible number of the region or the stated country."""
    if "*" in text:
        return None  # what is hidden of it could be anybody's
    try:
        number = phonenumbers.parse(_FRACTION.sub("", text), region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
