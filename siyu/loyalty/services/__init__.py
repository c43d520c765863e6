"""The writers of value and of the programme."""

from .earn_rules import archive_earn_rule, check_definition, publish_earn_rule
from .install import install_default_programme
from .tiers import Step, check_steps, publish_tiers

__all__ = [
    "Step",
    "archive_earn_rule",
    "check_definition",
    "check_steps",
    "install_default_programme",
    "publish_earn_rule",
    "publish_tiers",
]
