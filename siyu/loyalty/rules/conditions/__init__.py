"""When a rule earns: one kind of condition a file, with `unmet(seen) -> Unmet | None` and, in `needs`, what it asks of a person."""

from .amount import AmountRange
from .audience import InAudience
from .birthday import OfBirthday
from .first_time import FirstTime
from .hours import AtHours
from .member_day import MemberDay
from .place import AtPlace
from .products import OfProducts
from .tag import HasTag
from .tier import HoldsTier

Condition = OfProducts | AmountRange | AtPlace | HoldsTier | HasTag | InAudience | FirstTime | OfBirthday | AtHours | MemberDay

__all__ = [
    "AmountRange",
    "AtHours",
    "AtPlace",
    "Condition",
    "FirstTime",
    "HasTag",
    "HoldsTier",
    "InAudience",
    "MemberDay",
    "OfBirthday",
    "OfProducts",
]
