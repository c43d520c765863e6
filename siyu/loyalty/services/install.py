"""The usual programme, for an installation that has none."""

from datetime import date, datetime

from django.db import transaction

from siyu.lib.clock import utc_now
from siyu.merchant.rules import Actor

from ..models import EarnRule, Tier
from ..rules import default
from .earn_rules import check_definition, write_rule
from .tiers import Step, check_steps, write_tiers


def install_default_programme(by: Actor, day: date, *, now: datetime | None = None) -> bool:
    """Give an installation without rules and tiers the usual programme from a day on, a past one too; False when it has one already."""
    now = now or utc_now()
    with transaction.atomic():
        if EarnRule.objects.exists() or Tier.objects.exists():
            return False
        for code, name, definition in default.RULES:
            write_rule(by, code, name, check_definition(definition), day, 1, now)
        write_tiers(by, check_steps([Step(*step) for step in default.TIERS]), day, 1, now)
    return True
