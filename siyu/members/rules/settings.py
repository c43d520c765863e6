"""What the merchant decides about people, from a business day on."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from siyu.lib.words import gettext_noop
from siyu.merchant.rules import Setting

from .identity import KINDS, MAX_HANDLE

MAX_BLOCKED = 1_000
STRENGTHS = {True: "strong", False: "weak"}
Days = Annotated[int, Meta(ge=1, le=9_999)]
Rhythm = Annotated[int, Meta(ge=1, le=999)]


class StageDays(msgspec.Struct, forbid_unknown_fields=True):
    """The last day in the pool on which each stage may stand."""

    silent: Annotated[Days, Meta(title=gettext_noop("Last day of the silent stage"))]
    growing: Annotated[Days, Meta(title=gettext_noop("Last day of the growing stage"))]
    active: Annotated[Days, Meta(title=gettext_noop("Last day of the active stage"))]


class ActivityTerms(msgspec.Struct, forbid_unknown_fields=True):
    """How the clock of purchases is set."""

    usual_gap: Annotated[Rhythm, Meta(title=gettext_noop("Rhythm of who bought once, days"))]
    shortest_gap: Annotated[Rhythm, Meta(title=gettext_noop("Shortest rhythm, days"))]
    longest_gap: Annotated[Rhythm, Meta(title=gettext_noop("Longest rhythm, days"))]
    drowsy_after: Annotated[Rhythm, Meta(title=gettext_noop("Drowsy after so many rhythms"))]
    lost_after: Annotated[Rhythm, Meta(title=gettext_noop("Lost after so many rhythms"))]


class KindTerms(msgspec.Struct, forbid_unknown_fields=True):
    """What is not usual of a kind of handle."""

    kind: Annotated[
        str, Meta(min_length=1, max_length=60, title=gettext_noop("Kind of identity"), extra_json_schema={"input": "suggested"})
    ]
    limit: Annotated[int, Meta(ge=1, le=1_000, title=gettext_noop("At most of one member"))] | None = None
    strong: Annotated[Literal["usual", "strong", "weak"], Meta(title=gettext_noop("What it names"))] = "usual"


class Blocked(msgspec.Struct, forbid_unknown_fields=True):
    """A value that many people have."""

    value: Annotated[str, Meta(min_length=1, max_length=MAX_HANDLE, title=gettext_noop("Value"))]


def _stage_days(value: Any) -> str | None:
    ok = (
        isinstance(value, list)
        and len(value) == 3
        and all(isinstance(day, int) and 0 < day < 10_000 for day in value)
        and value == sorted(set(value))
    )
    return None if ok else gettext_noop("three rising numbers of days, such as [30, 90, 180]")


def _activity_settings(value: Any) -> str | None:
    wanted = {"usual_gap", "shortest_gap", "longest_gap", "drowsy_after", "lost_after"}
    ok = (
        isinstance(value, dict)
        and set(value) == wanted
        and all(isinstance(number, int) and 0 < number < 1_000 for number in value.values())
    )
    return (
        None
        if ok and value["drowsy_after"] < value["lost_after"]
        else gettext_noop("a member is drowsy before being lost; all are whole numbers below 1,000")
    )


def _identity_kinds(value: Any) -> str | None:
    ok = all(
        isinstance(policy, dict)
        and set(policy) <= {"limit", "strong"}
        and 0 < policy.get("limit", 1) <= 1_000
        and isinstance(policy.get("strong", True), bool)
        for policy in value.values()
    )
    return None if ok else gettext_noop('kinds with their limit and strength, such as {"phone": {"limit": 3, "strong": true}}')


def _blocked(value: Any) -> str | None:
    return None if all(isinstance(one, str) for one in value) else gettext_noop("texts")


def _kinds_in_rows(value: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"kind": kind, **{name: STRENGTHS[told] if name == "strong" else told for name, told in policy.items()}}
        for kind, policy in value.items()
    ]


def _kinds_of_rows(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    strengths = {word: told for told, word in STRENGTHS.items()}
    return {
        row["kind"]: {
            **({"limit": row["limit"]} if row.get("limit") is not None else {}),
            **({"strong": strengths[row["strong"]]} if row.get("strong", "usual") != "usual" else {}),
        }
        for row in rows
    }


SETTINGS = (
    Setting(
        "members.pool_stage_days",
        list,
        [30, 90, 180],
        "Last day of the silent, growing and active stage",
        check=_stage_days,
        rows=StageDays,
        least=1,
        most=1,
        unfold=lambda value: [dict(zip(StageDays.__struct_fields__, value, strict=True))],
        fold=lambda rows: [rows[0][name] for name in StageDays.__struct_fields__],
    ),
    Setting(
        "members.activity",
        dict,
        {"usual_gap": 30, "shortest_gap": 7, "longest_gap": 90, "drowsy_after": 2, "lost_after": 4},
        "Purchase activity: rhythm in days, and after how many rhythms a member is drowsy or lost",
        check=_activity_settings,
        rows=ActivityTerms,
        least=1,
        most=1,
    ),
    Setting(
        "members.identity_kinds",
        dict,
        {},
        "Limits and strength of identity kinds that differ from the usual",
        check=_identity_kinds,
        rows=KindTerms,
        choices={
            "usual": gettext_noop("as usual"),
            "strong": gettext_noop("a person"),
            "weak": gettext_noop("a device"),
        },
        suggested={kind.name: kind.title for kind in KINDS.values()},
        unfold=_kinds_in_rows,
        fold=_kinds_of_rows,
    ),
    Setting(
        "members.blocked_identities",
        list,
        [],
        "Values that name nobody, besides the well-known ones",
        check=_blocked,
        rows=Blocked,
        most=MAX_BLOCKED,
        unfold=lambda value: [{"value": one} for one in value],
        fold=lambda rows: [row["value"] for row in rows],
    ),
    Setting("members.phone_region", str, "CN", "Country of phone numbers without a country code"),
)
