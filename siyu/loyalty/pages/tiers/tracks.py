"""Each track's ladder with the distribution of members over it, and its versions."""

from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from siyu.lib.clock import utc_now
from siyu.lib.web import formats
from siyu.lib.web.charts import Chart, Column, Figure, Series, bars, csv_of
from siyu.lib.web.parts import Tab
from siyu.merchant.access import PageRequest, requires
from siyu.merchant.queries import today

from ... import services
from ...queries import VersionView, by_tier, in_grace, track_versions
from ...rules import TRACK


@requires("loyalty.view")
def tiers(request: PageRequest) -> HttpResponseBase:
    """One track: its ladder in force, who stands on it, what comes."""
    versions, day = track_versions(), today(utc_now())
    codes = sorted({one.track for one in versions}, key=lambda code: (code != TRACK, code))
    track = request.GET.get("track", TRACK)
    own = [one for one in versions if one.track == track]
    current = next((one for one in own if one.state == "announced" and one.from_day and one.from_day <= day), None)
    counts = by_tier(day, request.viewer.scope, track)
    chart = _chart(current, counts)
    context = {
        "title": _("Tiers"),
        "tabs": [Tab(_name(versions, code), f"{reverse('tiers')}?track={code}", code == track) for code in codes],
        "track": track,
        "current": current,
        "steps": [(step, counts.get(step.code, 0)) for step in current.steps] if current else [],
        "versions": [(one, one.state == "announced" and one.from_day is not None and one.from_day > day) for one in own],
        "figures": _figures(current, counts, track, request),
        "chart": chart,
        "is_money": bool(current and current.terms.get("unit") == "spend"),
    }
    return csv_of(request, [chart]) or render(request, "loyalty/tiers.html", context)


@requires("loyalty.edit")
@require_POST
def withdraw(request: PageRequest, track: str, version: int) -> HttpResponseBase:
    """Take an announced version back before its day."""
    services.withdraw(request.viewer.actor, track, version, today=today(utc_now()), now=utc_now())
    return redirect(f"{reverse('tiers')}?track={track}")


@requires("loyalty.edit")
@require_POST
def move_members(request: PageRequest, track: str, version: int) -> HttpResponseBase:
    """Let everybody come over to a version now."""
    services.move_members(request.viewer.actor, track, version, now=utc_now())
    return redirect(f"{reverse('tiers')}?track={track}")


def _name(versions: list[VersionView], code: str) -> str:
    named = next((one.name for one in versions if one.track == code and one.name), "")
    return named or (str(_("Growth value")) if code == TRACK else code)


def _figures(current: VersionView | None, counts: dict[str, int], track: str, request: PageRequest) -> list[Figure]:
    total = sum(counts.values())
    base = current.steps[0].code if current and current.steps else ""
    above = total - counts.get(base, 0) - counts.get("", 0)
    return [
        Figure(_("Number of members"), formats.number(total), help=_("Identified people within your view.")),
        Figure(_("Above the first tier"), formats.percent(above / total) if total else "—"),
        Figure(
            _("In days of grace"),
            formats.number(in_grace(track, request.viewer.scope)),
            help=_("Below the keep-line, with time to catch up."),
        ),
    ]


def _chart(current: VersionView | None, counts: dict[str, int]) -> Chart:
    names = [(step.code, step.shown) for step in current.steps] if current else []
    known = {code for code, _ in names}
    names += [(code, code or "—") for code in counts if code not in known]
    total = sum(counts.values())
    rows = [(name, counts.get(code, 0), counts.get(code, 0) / total if total else 0) for code, name in names]
    option = bars([name for _, name in names], [Series(_("Number of members"), [count for _, count, _ in rows])])
    columns = [Column(_("Tier")), Column(_("Number of members"), "number"), Column(_("Share"), "percent")]
    return Chart(
        "tiers", _("Members by tier"), option, columns, rows, help=_("Identified people; whoever has nothing yet stands on the first step.")
    )
