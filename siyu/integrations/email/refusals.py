"""What a mail server's no is about: the address, or anything else; said in a conversation or in a mail that came back. Pure."""

import re

_STATUS = re.compile(rb"(?:^|\(?#)(5\.\d{1,3}\.\d{1,3})\b")  # RFC 3463; in front, or (#5.1.1) behind
_OF_ADDRESS = re.compile(rb"5\.(1\.(?![78]\b)|2\.1\b)")  # bad address or closed mailbox; 5.1.7 and 5.1.8 are about the sender's
_BAD_ADDRESS = frozenset({550, 551, 553, 556})  # what codes alone may mean (RFC 5321, RFC 7504)
# … unless the words are of the sender, of what was sent, or of how much: "550 Connection frequency limited", "550 relay not permitted"
_OF_ELSE = re.compile(
    rb"relay|rcpthosts|den(y|ied|ies)|black|block|spam|spf|dkim|dmarc|frequen|limit|quota|full|too (many|much|large)|exceed|polic"
    rb"|auth|sender|content|virus|size|allowed|permi(t|ss)|temporar|later|suspend|lock|reput|\bip\b|\bdns",
    re.IGNORECASE,
)
_TOO_FAST = re.compile(rb"\bat a rate\b", re.IGNORECASE)  # Gmail says 5.2.1 also of a mailbox that gets too much at once


def status_in(words: bytes) -> bytes:
    """The enhanced status that a server's words begin or end with; empty where there is none."""
    found = _STATUS.search(words)
    return found[1] if found else b""


def is_of_address(code: int, words: bytes, status: bytes) -> bool:
    """Whether a final no says that the address does not exist: by its status, or where there is none, by code and words."""
    if status:
        return _OF_ADDRESS.match(status) is not None and _TOO_FAST.search(words) is None
    return code in _BAD_ADDRESS and _OF_ELSE.search(words) is None
