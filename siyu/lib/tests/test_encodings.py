"""What the first bytes of a file tell of its encoding."""

import codecs

import pytest

from siyu.lib.encodings import told


@pytest.mark.parametrize(
    ("start", "encoding"),
    [
        (b"", ""),
        (b"phone\n13800138000\n", ""),
        ("手机号\n13800138000\n".encode(), ""),
        ("手机号\n13800138000\n".encode("gb18030"), ""),
        ("手机号\n".encode("utf-8-sig"), "utf-8-sig"),
        (codecs.BOM_UTF16_LE + "手机号\n".encode("utf-16-le"), "utf-16"),
        (codecs.BOM_UTF16_BE + "手机号\n".encode("utf-16-be"), "utf-16"),
        ("手机号\n13800138000\n".encode("utf-16-le"), "utf-16-le"),
        ("手机号\n13800138000\n".encode("utf-16-be"), "utf-16-be"),
    ],
)
def test_a_mark_or_the_zeros_tell(start: bytes, encoding: str) -> None:
    assert told(start) == encoding
