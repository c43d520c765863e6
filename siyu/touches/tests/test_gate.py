"""The gate against an oracle that looks at every minute and counts every window by hand, over histories with odd clocks."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from siyu.lib.buckets import bucket
from siyu.touches.rules.gate import Cap, Consent, Policy, Proposal, Record, State, Why, confirm, decide, detail_of, judge, told
from siyu.touches.rules.quiet import QuietHours

SHANGHAI, BERLIN, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
LORD_HOWE, AZORES = ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Atlantic/Azores")  # half an hour; a jump over midnight
NOON = datetime(2026, 5, 5, 4, tzinfo=UTC)  # 12:00 in Shanghai
YES, NO = Consent(True, NOON - timedelta(days=9)), Consent(False, NOON - timedelta(days=1))


def member(**changes) -> State:
    usual = {
        "member_id": 7,
        "zone": SHANGHAI,
        "consents": {("marketing", "any"): YES},
        "addresses": frozenset({"sms", "email", "inbox"}),
    }
    return State(**{**usual, **changes})


def wish(key: str = "a", **changes) -> Proposal:
    return Proposal(**{"key": key, "channel": "sms", "purpose": "marketing", "at": NOON, **changes})


def why(policy: Policy, state: State, proposal: Proposal) -> Why | None:
    return judge(policy, state, proposal).why


def test_someone_who_agreed_is_touched_at_the_wanted_time() -> None:
    assert judge(Policy(), member(), wish()).at == NOON


@pytest.mark.parametrize(
    ("consents", "purpose", "refusal"),
    [
        ({}, "marketing", Why.NO_CONSENT),
        ({}, "service", None),
        ({("marketing", "sms"): YES}, "marketing", None),
        ({("marketing", "email"): YES}, "marketing", Why.NO_CONSENT),
        ({("marketing", "any"): YES, ("marketing", "sms"): NO}, "marketing", Why.WITHDRAWN),
        ({("marketing", "any"): NO, ("marketing", "sms"): YES}, "marketing", Why.WITHDRAWN),
        ({("marketing", "any"): NO, ("marketing", "sms"): Consent(True, NOON)}, "marketing", None),
        ({("service", "any"): NO}, "service", Why.WITHDRAWN),
        ({("marketing", "any"): Consent(True, NOON), ("marketing", "sms"): Consent(False, NOON)}, "marketing", Why.WITHDRAWN),
    ],
)
def test_the_newest_word_about_a_purpose_holds(consents, purpose, refusal) -> None:
    assert why(Policy(), member(consents=consents), wish(purpose=purpose)) is refusal


@pytest.mark.parametrize(
    ("consents", "refusal"),
    [
        ({("marketing", "wecom"): YES}, None),
        ({("marketing", "any"): YES, ("marketing", "wecom"): NO}, Why.WITHDRAWN),
        ({("marketing", "any"): NO, ("marketing", "wecom"): Consent(True, NOON)}, None),
        ({("marketing", "sms"): YES, ("marketing", "phone"): YES}, Why.NO_CONSENT),
    ],
)
def test_what_people_say_of_wecom_is_said_of_the_assistant_who_writes_there(consents, refusal) -> None:
    state = member(consents=consents, addresses=frozenset({"task"}))

    assert why(Policy(), state, wish(channel="task", leaves_house=False)) is refusal


def test_who_cannot_be_reached_is_told_apart() -> None:
    assert why(Policy(), member(is_gone=True), wish()) is Why.GONE
    assert why(Policy(), member(is_simulated=True), wish()) is Why.SIMULATED
    assert why(Policy(), member(is_simulated=True), wish(channel="inbox", leaves_house=False)) is None
    assert why(Policy(), member(), wish(channel="wecom")) is Why.NO_ADDRESS
    assert why(Policy(), member(refused=frozenset({"sms"})), wish()) is Why.BAD_ADDRESS


def test_quiet_hours_put_off_or_refuse() -> None:
    night = wish(at=datetime(2026, 5, 5, 14, tzinfo=UTC))  # 22:00

    assert judge(Policy(), member(), night).at == datetime(2026, 5, 6, 1, tzinfo=UTC)
    assert why(Policy(when_quiet="drop"), member(), night) is Why.QUIET
    assert why(Policy(), member(), wish(at=night.at, until=night.at + timedelta(hours=3))) is Why.TOO_LATE
    assert judge(Policy(), member(), wish(at=night.at, purpose="service")).at == night.at


def test_the_more_important_of_two_takes_the_last_place() -> None:
    policy = Policy(caps=(Cap(1, "day"),))

    state, verdicts = decide(policy, member(), [wish("low"), wish("high", priority=9, at=NOON + timedelta(hours=2))])

    assert {verdict.key: verdict.why for verdict in verdicts} == {"high": None, "low": Why.CAPPED}
    assert [record.key for record in state.records] == ["high"]
    assert next(verdict.detail for verdict in verdicts if verdict.why) == "1 a day"


@given(
    st.builds(
        Cap,
        st.integers(1, 1_000),
        st.sampled_from(["day", "week", "month", "days", "hours"]),
        st.integers(1, 2_160),
        st.sampled_from(["any", "sms", "email"]),
        st.sampled_from(["any", "marketing", "service"]),
        st.integers(1, 90),
    )
)
def test_the_detail_of_a_refusal_names_the_cap_that_was_full(cap: Cap) -> None:
    named, names = told(detail_of(cap))

    assert named is not None
    assert (named.limit, named.window) == (cap.limit, cap.window)
    assert cap.window not in ("hours", "days") or getattr(named, cap.window) == getattr(cap, cap.window)
    assert names == [name for name in (cap.channel, cap.purpose) if name != "any"]


def test_caps_count_by_channel_by_purpose_and_in_all() -> None:
    before = (Record("x", "sms", "marketing", NOON - timedelta(hours=3)),)
    state = member(records=before)

    assert why(Policy(caps=(Cap(1, "day", channel="sms"),)), state, wish()) is Why.CAPPED
    assert why(Policy(caps=(Cap(1, "day", channel="email"),)), state, wish()) is None
    assert why(Policy(caps=(Cap(1, "day", purpose="marketing"),)), state, wish(channel="email")) is Why.CAPPED
    assert why(Policy(caps=(Cap(2, "day"),)), state, wish()) is None
    assert why(Policy(caps=(Cap(1, "hours", hours=3),)), state, wish()) is None  # exactly three hours later is another window
    assert why(Policy(caps=(Cap(1, "day"),)), state, wish(purpose="service")) is None


def test_days_of_a_cap_are_the_members_own_and_turn_at_midnight() -> None:
    monday_evening = (Record("x", "sms", "marketing", datetime(2026, 5, 4, 12, tzinfo=UTC)),)  # 20:00
    next_monday = wish(at=datetime(2026, 5, 11, 1, tzinfo=UTC))  # 09:00, less than 168 hours later

    assert why(Policy(caps=(Cap(1, "days", days=7),)), member(records=monday_evening), next_monday) is None
    assert why(Policy(caps=(Cap(1, "days", days=8),)), member(records=monday_evening), next_monday) is Why.CAPPED
    assert why(Policy(caps=(Cap(1, "hours", hours=168),)), member(records=monday_evening), next_monday) is Why.CAPPED


def test_a_place_reserved_for_later_counts_for_every_window_it_shares() -> None:
    later = (Record("x", "sms", "marketing", NOON + timedelta(hours=2)),)

    assert why(Policy(caps=(Cap(1, "hours", hours=3),)), member(records=later), wish()) is Why.CAPPED
    assert why(Policy(caps=(Cap(1, "hours", hours=2),)), member(records=later), wish()) is None


def test_two_places_exactly_a_window_apart_are_not_in_one() -> None:
    round_it = tuple(Record(str(hours), "sms", "marketing", NOON + timedelta(hours=hours)) for hours in (-1, 2))

    assert why(Policy(caps=(Cap(2, "hours", hours=3),)), member(records=round_it), wish()) is None
    assert why(Policy(caps=(Cap(2, "hours", hours=4),)), member(records=round_it), wish()) is Why.CAPPED


def test_at_the_moment_of_sending_the_own_place_is_free_but_what_changed_counts() -> None:
    policy = Policy(caps=(Cap(1, "day"),))
    state, _ = decide(policy, member(), [wish()])
    second = wish("b")

    assert confirm(policy, state, wish(), NOON).at == NOON
    assert confirm(policy, state, second, NOON).why is Why.CAPPED
    assert confirm(policy, member(consents={("marketing", "any"): NO}), wish(), NOON).why is Why.WITHDRAWN
    night = NOON + timedelta(hours=10)
    assert confirm(policy, state, wish(), night).at == datetime(2026, 5, 6, 1, tzinfo=UTC)


def test_control_groups_are_drawn_last_stick_and_have_their_size() -> None:
    policy = Policy(control_share=1_000)
    drawn = {number for number in range(5_000) if why(policy, member(member_id=number), wish()) is Why.CONTROL}

    assert drawn == {number for number in range(5_000) if bucket("global", number) < 1_000}
    assert 430 <= len(drawn) <= 570  # five standard deviations round a tenth
    one = min(drawn)
    assert why(policy, member(member_id=one, consents={}), wish()) is Why.NO_CONSENT
    held = [number for number in range(2_000) if why(Policy(), member(member_id=number), wish(salt="s", held_out=5_000)) is Why.HELD_OUT]
    assert 890 <= len(held) <= 1_110
    service = wish(purpose="service", salt="s", held_out=5_000)
    assert [number for number in range(2_000) if why(policy, member(member_id=number), service) is not None] == held


# --- against the oracle ---

NIGHT = QuietHours(time(21), time(8, 30))
zones = st.sampled_from([SHANGHAI, BERLIN, NEW_YORK, LORD_HOWE, AZORES])
# round the changes of clocks of 2026, to the minute
instants = st.builds(
    lambda base, minutes: base + timedelta(minutes=minutes),
    st.sampled_from(
        [
            datetime(2026, 3, 8, 7, tzinfo=UTC),
            datetime(2026, 3, 29, 1, tzinfo=UTC),
            datetime(2026, 4, 4, 15, tzinfo=UTC),
            datetime(2026, 10, 25, 1, tzinfo=UTC),
            datetime(2026, 11, 1, 6, tzinfo=UTC),
        ]
    ),
    st.integers(-3_000, 3_000),
)
walls = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))


def test_clocks_that_are_put_back_to_before_the_quiet_time_end_it() -> None:
    quiet = QuietHours(time(0, 15), time(1))
    assert quiet.over(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), AZORES) == datetime(2026, 10, 25, 1, tzinfo=UTC)


@settings(max_examples=300, deadline=None)
@given(zone=zones, at=instants, start=walls, end=walls)
def test_quiet_hours_end_at_the_first_minute_whose_clock_is_not_quiet(zone, at, start, end) -> None:
    quiet = QuietHours(start, end)

    def is_quiet(instant: datetime) -> bool:
        shown = instant.astimezone(zone).strftime("%H%M")
        first, last = start.strftime("%H%M"), end.strftime("%H%M")
        return first <= shown < last if first <= last else not last <= shown < first

    minute = at
    while is_quiet(minute):
        minute += timedelta(minutes=1)

    assert quiet.over(at, zone) == minute


channels, purposes = st.sampled_from(["sms", "email"]), st.sampled_from(["marketing", "service", "personalisation"])
caps = st.builds(
    Cap,
    limit=st.integers(1, 3),
    window=st.sampled_from(["day", "week", "month", "days", "hours"]),
    hours=st.integers(1, 8),
    days=st.integers(1, 4),
    channel=st.sampled_from(["any", "sms", "email"]),
    purpose=st.sampled_from(["any", "marketing"]),
)
proposals = st.lists(
    st.builds(
        lambda key, at, hours, **more: wish(key, at=at, until=None if hours is None else at + timedelta(hours=hours), **more),
        st.uuids().map(str),
        at=instants,
        hours=st.sampled_from([None, None, 1, 6, 14]),
        channel=channels,
        purpose=purposes,
        priority=st.integers(0, 2),
    ),
    max_size=8,
    unique_by=lambda one: one.key,
)
consents = st.dictionaries(
    st.tuples(purposes, st.sampled_from(["any", "sms", "email"])), st.builds(Consent, st.booleans(), instants), max_size=6
)


histories = st.lists(st.builds(Record, st.uuids().map(str), channels, purposes, instants), max_size=6)


@settings(max_examples=1_000, deadline=None)
@given(
    zone=zones,
    limits=st.lists(caps, max_size=2),
    consents=consents,
    before=histories,
    proposals=proposals,
    when_quiet=st.sampled_from(["defer", "drop"]),
    shares=st.sampled_from([(0, 0), (0, 0), (5_000, 0), (0, 5_000)]),
    number=st.integers(1, 50),
)
def test_the_gate_decides_every_random_history_as_the_oracle_does(
    zone, limits, consents, before, proposals, when_quiet, shares, number
) -> None:
    policy = Policy(caps=tuple(limits), quiet=NIGHT, when_quiet=when_quiet, control_share=shares[0])
    state = member(member_id=number, zone=zone, consents=consents, records=tuple(before))
    asked = [structs.replace(one, salt="s", held_out=shares[1]) for one in proposals]

    after, verdicts = decide(policy, state, asked)

    standing, found = list(before), {verdict.key: verdict for verdict in verdicts}
    assert found.keys() == {proposal.key for proposal in asked}
    for proposal in sorted(asked, key=lambda one: (-one.priority, one.at, one.key)):
        verdict = found[proposal.key]
        assert (verdict.at or verdict.why) == expected(policy, state, standing, proposal), proposal
        if verdict.at is not None:
            standing.append(Record(proposal.key, proposal.channel, proposal.purpose, verdict.at))
    assert after.records == tuple(standing)


def expected(policy: Policy, state: State, standing: list[Record], proposal: Proposal) -> datetime | Why:
    """When the touch may go, or why not: in plain words, one after another."""
    if not consented(state.consents, proposal):
        said = any(purpose == proposal.purpose and channel in ("any", proposal.channel) for purpose, channel in state.consents)
        return Why.WITHDRAWN if said else Why.NO_CONSENT
    if proposal.purpose == "service":
        return Why.HELD_OUT if bucket("s", state.member_id) < proposal.held_out else proposal.at
    at = proposal.at
    while not "0830" <= at.astimezone(state.zone).strftime("%H%M") < "2100":
        at += timedelta(minutes=1)
    if at != proposal.at and policy.when_quiet == "drop":
        return Why.QUIET
    if proposal.until is not None and at > proposal.until:
        return Why.TOO_LATE
    if is_full(list(policy.caps), standing, proposal, at, state.zone):
        return Why.CAPPED
    if bucket("global", state.member_id) < policy.control_share:
        return Why.CONTROL
    return Why.HELD_OUT if bucket("s", state.member_id) < proposal.held_out else at


def consented(consents: dict, proposal: Proposal) -> bool:
    said = sorted(
        (consent.at, not consent.is_given)
        for (purpose, channel), consent in consents.items()
        if purpose == proposal.purpose and channel in ("any", proposal.channel)
    )
    return not said[-1][1] if said else proposal.purpose == "service"


def is_full(caps: list[Cap], standing: list[Record], proposal: Proposal, at: datetime, zone: ZoneInfo) -> bool:
    """Whether one more at this instant is too many for some cap, by counting each of its windows by hand."""
    if proposal.purpose == "service":
        return False
    for cap in caps:
        if cap.concerns(proposal.channel, proposal.purpose):
            times = [record.at for record in standing if cap.concerns(record.channel, record.purpose)]
            if cap.window == "hours":
                length = timedelta(hours=cap.hours)
                begins = (at - timedelta(minutes=minute) for minute in range(60 * cap.hours))
                most = max(sum(begin <= time < begin + length for time in times) for begin in begins)
            elif cap.window == "days":
                today, shown = at.astimezone(zone).date(), [time.astimezone(zone).date() for time in times]
                spans = [[today + timedelta(days=day - ago) for day in range(cap.days)] for ago in range(cap.days)]
                most = max(sum(day in span for day in shown) for span in spans)
            else:
                form = {"day": "%Y-%m-%d", "week": "%G-%V", "month": "%Y-%m"}[cap.window]
                shown = at.astimezone(zone).strftime(form)
                most = sum(time.astimezone(zone).strftime(form) == shown for time in times)
            if most + 1 > cap.limit:
                return True
    return False
