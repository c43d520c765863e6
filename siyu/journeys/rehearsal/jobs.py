"""A rehearsal that a page asks for: kept beside its journey, walked by the worker."""

import logging
from contextlib import suppress
from datetime import datetime

from django.db import close_old_connections, transaction
from django.utils import translation
from django.utils.translation import gettext
from procrastinate import exceptions
from procrastinate.contrib.django import app

from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.merchant.rules import Actor

from ..checking import problems
from ..models import Journey, KeptRehearsal
from ..services.publishing import Invalid
from .rehearse import MAX_DAYS, rehearse

JOB = "siyu.journeys.rehearsal.jobs.perform"
LANGUAGE = "zh-hans"  # of what the notes say: whoever reads them later
log = logging.getLogger(__name__)


def ask(by: Actor, code: str, days: int, *, now: datetime) -> None:
    """Have the draft rehearsed over the last days; what was shown before is forgotten.

    Refusals: `journey.unknown`, `journey.invalid`, `rehearsal.days`, `rehearsal.busy`.
    """
    journey = Journey.objects.filter(code=code).first()
    if journey is None:
        raise Refusal("journey.unknown", "there is no journey %(code)s", code=code[:60])
    if not 1 <= days <= MAX_DAYS:
        raise Refusal("rehearsal.days", "between 1 and %(limit)s days", limit=MAX_DAYS)
    if faults := problems(journey.draft):
        raise Invalid(faults)
    with transaction.atomic():
        if KeptRehearsal.objects.select_for_update().filter(journey=journey, state="running").exists():
            raise Refusal("rehearsal.busy", "this draft is being rehearsed: wait until that is done")
        told = {"days": days, "state": "queued", "because": "", "draft": journey.draft, "revision": journey.revision, "told": None}
        KeptRehearsal.objects.update_or_create(journey=journey, defaults={**told, "asked_by": by.name, "asked_at": now, "done_at": None})
    job = app.configure_task(JOB, queue="jobs", lock="rehearsals", queueing_lock=f"rehearsal:{code}", allow_unknown=True)
    with suppress(exceptions.AlreadyEnqueued), transaction.atomic():
        job.defer(key=code)


def perform(key: str) -> None:
    """The worker's part: `key` is the journey's code."""
    close_old_connections()
    kept = KeptRehearsal.objects.select_related("journey").filter(journey__code=key).first()
    if kept is None:
        return
    KeptRehearsal.objects.filter(pk=kept.pk).update(state="running")
    changes: dict[str, object]
    try:
        with translation.override(LANGUAGE):
            changes = {"state": "done", "told": rehearse(kept.draft, kept.days, utc_now(), code=key).told()}
    except Refusal as refusal:
        with translation.override(LANGUAGE):
            changes = {"state": "failed", "because": refusal.told(gettext)}
    except Exception as error:
        log.exception("a rehearsal failed")
        changes = {"state": "failed", "because": f"{type(error).__name__}: {error}"[:300]}
    KeptRehearsal.objects.filter(pk=kept.pk).update(done_at=utc_now(), **changes)
