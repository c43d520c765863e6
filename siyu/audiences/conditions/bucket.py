"""A random part of everybody that stays the same: buckets of a salted hash of the member's number."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from siyu.lib.buckets import BUCKETS
from siyu.lib.words import gettext_noop

from ..asking import Asking, Sql, literal
from ..conditions import Because

TITLE = _("Random part")


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="condition", tag="bucket"):
    """The member's bucket, one of 10,000 by the salt, is `from_bucket` or greater, and smaller than `to_bucket`."""

    salt: Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[^\x00]+$", title="salt")]
    from_bucket: Annotated[int, Meta(ge=0, lt=BUCKETS, title="from bucket")] = 0
    to_bucket: Annotated[int, Meta(ge=1, le=BUCKETS, title="to bucket")]

    def __post_init__(self) -> None:
        if self.from_bucket >= self.to_bucket:
            raise ValueError(gettext_noop("from_bucket must be smaller than to_bucket"))


def bucket_sql(salt: str, member: Sql) -> Sql:
    """As `siyu.lib.buckets.bucket`: the first 32 bits of MD5, of 10,000."""
    return f"(('x' || left(md5({literal(salt + ':')} || {member}), 8))::bit(32)::bigint %% {BUCKETS})"


def sql(terms: Terms, ask: Asking) -> Sql:
    bucket = bucket_sql(terms.salt, ask.member)
    return f"{bucket} >= {terms.from_bucket} AND {bucket} < {terms.to_bucket}"


def next_due(terms: Terms, ask: Asking) -> None:
    return None


def dirty_on(terms: Terms) -> Sequence[str]:
    return ()


def words(terms: Terms) -> str:
    share = (terms.to_bucket - terms.from_bucket) * 100 / BUCKETS
    return gettext("random %(share)s %% (salt “%(salt)s”)") % {"share": f"{share:g}", "salt": terms.salt}


def why(terms: Terms, ask: Asking) -> Because:
    def tell(bucket: int) -> str:
        return gettext("bucket %(bucket)s of 10,000") % {"bucket": bucket}

    return Because((bucket_sql(terms.salt, ask.member),), tell)
