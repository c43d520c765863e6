"""Why a rule may not stand, as the reader of the builder knows its terms: by their labels, not by their place in a tree."""

from django.utils.translation import gettext

from siyu.lib.web import terms

from ..rules import RuleError
from .labels import labels_of


def told(error: RuleError, kind: str = "") -> str:
    """What is wrong, behind the label of the term of a condition's kind that it is about."""
    reason = error.values.get("reason")
    return gettext(error.reason) % error.values if reason is None else terms.fault(reason, labels_of(kind))
