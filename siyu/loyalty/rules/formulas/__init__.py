"""What a fact is worth: one kind a file. Each answers `worth(seen) -> (numerator, denominator)`; the floor is taken once, at the end."""

from .fixed import Fixed
from .multiply import Multiply
from .of_rule import OfRule
from .per_amount import PerAmount
from .per_line import PerLine
from .per_quantity import PerQuantity
from .tiered import Step, Tiered

Formula = PerAmount | Fixed | Tiered | PerQuantity | PerLine | OfRule | Multiply

__all__ = ["Fixed", "Formula", "Multiply", "OfRule", "PerAmount", "PerLine", "PerQuantity", "Step", "Tiered"]
