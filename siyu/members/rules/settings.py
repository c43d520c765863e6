"""What the merchant decides about people, from a business day on."""

from typing import Any

from siyu.merchant.rules import Setting


def _stage_days(value: Any) -> str | None:
    ok = (
        isinstance(value, list)
        and len(value) == 3
        and all(isinstance(day, int) and 0 < day < 10_000 for day in value)
        and value == sorted(set(value))
    )
    return None if ok else "three rising numbers of days, such as [30, 90, 180]"


def _activity_settings(value: Any) -> str | None:
    wanted = {"usual_gap", "shortest_gap", "longest_gap", "drowsy_after", "lost_after"}
    ok = (
        isinstance(value, dict)
        and set(value) == wanted
        and all(isinstance(number, int) and 0 < number < 1_000 for number in value.values())
    )
    return None if ok and value["drowsy_after"] < value["lost_after"] else f"whole numbers for {', '.join(sorted(wanted))}"


def _identity_kinds(value: Any) -> str | None:
    ok = isinstance(value, dict) and all(
        isinstance(policy, dict) and 0 < policy.get("limit", 1) <= 1_000 and isinstance(policy.get("strong", True), bool)
        for policy in value.values()
    )
    return None if ok else 'kinds with their limit and strength, such as {"phone": {"limit": 3, "strong": true}}'


SETTINGS = (
    Setting("members.pool_stage_days", list, [30, 90, 180], "Last day of the silent, growing and active stage", check=_stage_days),
    Setting(
        "members.activity",
        dict,
        {"usual_gap": 30, "shortest_gap": 7, "longest_gap": 90, "drowsy_after": 2, "lost_after": 4},
        "Purchase activity: rhythm in days, and after how many rhythms a member is drowsy or lost",
        check=_activity_settings,
    ),
    Setting("members.identity_kinds", dict, {}, "Limits and strength of identity kinds that differ from the usual", check=_identity_kinds),
    Setting("members.blocked_identities", list, [], "Values that name nobody, besides the well-known ones"),
    Setting("members.phone_region", str, "CN", "Country of phone numbers without a country code"),
)
