"""What the data set does not have, simulated around its orders by seeds that depend on nothing but the person or order itself."""

from .diary import Diary
from .year import simulate

__all__ = ["Diary", "simulate"]
