"""The tables of membership: benefits and their use, plans and who pays for them, honours, behaviours, the mall."""

from .benefits import Benefit

__all__ = ["Benefit"]
