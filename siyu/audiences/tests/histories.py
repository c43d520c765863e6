"""Random rules and random histories, for the test that all ways of judging agree."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from siyu.facts.rules import Handle, Incoming

USERS, PHONES = ["u1", "u2", "u3"], ["13800138001", "13800138002"]
NAMES = ["page.viewed", "cart.added", "order.paid"]
SMALL = st.integers(1, 5)
# zone, and an instant from which odd nights are near: clocks that skip midnight, that repeat it, that do neither
PLACES = [
    ("Asia/Shanghai", datetime(2026, 2, 26, 2, 0, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 3, 6, 20, 0, tzinfo=UTC)),
    ("America/Havana", datetime(2026, 10, 30, 20, 0, tzinfo=UTC)),
    ("Africa/Cairo", datetime(2026, 4, 22, 10, 0, tzinfo=UTC)),
    ("Asia/Beirut", datetime(2028, 2, 27, 10, 0, tzinfo=UTC)),
]

windows = st.one_of(
    st.just({}),
    st.builds(lambda n: {"last_days": n}, SMALL),
    st.builds(lambda n: {"last_hours": n}, st.integers(1, 40)),
    st.builds(lambda n: {"last_minutes": n}, st.sampled_from([7, 50, 60])),
    st.builds(lambda a, b: {"at_least_days_ago": a, "at_most_days_ago": a + b}, st.integers(0, 3), st.integers(0, 3)),
    st.builds(lambda n: {"at_least_days_ago": n}, SMALL),
)
day_windows = windows.filter(lambda window: not {"last_hours", "last_minutes"} & set(window))
moving = windows.filter(lambda window: "at_least_days_ago" not in window)
facts = st.sampled_from(NAMES)
wheres = st.sampled_from(
    [{}, {}, {"property": "path", "op": "eq", "value": "/x"}, {"property": "amount_minor", "op": "eq", "value": 9_900}]
)
compares = st.sampled_from(["eq", "ne", "gt", "gte", "lt", "lte"])


def of(kind: str, **parts: Any) -> st.SearchStrategy[dict]:
    return st.fixed_dictionaries({"condition": st.just(kind), **parts})


def leaves(audiences: list[int]) -> st.SearchStrategy[dict]:
    """Any condition; of other audiences only those that there are already."""
    kinds = [
        of(
            "did_fact",
            fact=facts,
            where=wheres,
            op=st.sampled_from(["at_least", "at_most", "exactly"]),
            times=st.integers(0, 3),
            within=windows,
        ),
        of("did_fact", fact=facts, within=windows),
        st.builds(
            lambda kind, rest, where: {"condition": kind, **rest, **where},
            st.sampled_from(["touched", "opened", "clicked"]),
            st.fixed_dictionaries(
                {"op": st.sampled_from(["at_least", "at_most", "exactly"]), "times": st.integers(0, 2), "within": windows}
            ),
            st.sampled_from(
                [{}, {"medium": "sms"}, {"medium": "email", "purpose": "marketing"}, {"source": "send:1"}, {"purpose": "service"}]
            ),
        ),
        of("first_or_last", fact=facts, which=st.sampled_from(["first", "last"]), within=windows),
        of("first_or_last", fact=facts, which=st.sampled_from(["first", "last"]), where=wheres, has=wheres, within=windows),
        of("stopped", fact=facts, quiet_days=SMALL, before_days=SMALL),
        of("restarted", fact=facts, again_days=SMALL, quiet_days=SMALL),
        st.builds(
            lambda fact, periods, more, days, times: {
                "condition": "regularly",
                "fact": fact,
                "periods": periods,
                "of": periods + more,
                "days": days,
                "times": times,
            },
            facts,
            st.integers(1, 3),
            st.integers(0, 2),
            SMALL,
            st.sampled_from([1, 1, 2]),
        ),
        of(
            "sequence",
            steps=st.lists(st.builds(lambda fact, where: {"fact": fact, "where": where}, facts, wheres), min_size=2, max_size=3),
            hours=st.sampled_from([1, 5, 24, 60]),
            ended=st.sampled_from(["done", "broken"]),
            within=moving,
        ).flatmap(lambda rule: st.sampled_from([rule, rule, {**rule, "minutes": 7}, {**rule, "minutes": 50}])),
        st.builds(
            lambda what, op, value, to: (
                {"condition": "days_since", "what": what, "op": op, "value": value} | ({"to": value + to} if op == "between" else {})
            ),
            st.sampled_from(["joined", "first_bought", "last_bought", "first_seen", "last_seen"]),
            st.sampled_from(["eq", "ne", "gt", "gte", "lt", "lte", "between"]),
            st.integers(0, 5),
            st.integers(0, 3),
        ),
        of("stage", clock=st.just("pool"), stages=st.lists(st.sampled_from(["silent", "growing", "active"]), min_size=1, max_size=2)),
        of("stage", clock=st.just("ladder"), stages=st.just(["buyer"]), reached=st.just(True)),
        of("tag", tags=st.lists(st.sampled_from(["VIP", "new"]), min_size=1, max_size=2)),
        st.sampled_from(
            [
                {"condition": "trait", "trait": "city", "op": "eq", "value": "上海"},
                {"condition": "trait", "trait": "city", "op": "ne", "value": "上海"},
                {"condition": "trait", "trait": "city", "op": "in", "value": ["杭州", "50%"]},
                {"condition": "trait", "trait": "city", "op": "absent"},
                {"condition": "trait", "trait": "birthday", "op": "exists"},
                {"condition": "trait", "trait": "age", "op": "between", "value": 18, "to": 30},
                {"condition": "trait", "trait": "age", "op": "gte", "value": 25},
            ]
        ),
        of("trait_date", trait=st.just("birthday"), every=st.just("year"), from_days=st.integers(-3, 0), to_days=st.integers(0, 3)),
        of("trait_date", trait=st.just("wedding"), from_days=st.integers(-3, 0), to_days=st.integers(0, 3)),
        of("trait_date", trait=st.just("wedding"), from_day=st.sampled_from(["2026-03-01", "2026-03-02"]), to_days=st.integers(0, 3)),
        of("trait_date", trait=st.just("wedding"), to_day=st.sampled_from(["2026-03-08", "2026-11-01", "2028-02-29"])),
        of(
            "consent",
            purpose=st.just("marketing"),
            channel=st.sampled_from(["any", "sms", "wecom", "task"]),
            state=st.sampled_from(["given", "withdrawn", "unknown"]),
        ),
        of("identity", kinds=st.sampled_from([["phone"], ["user_id"], ["phone", "card"]])),
        of(
            "orders",
            what=st.sampled_from(["orders", "net_minor", "refunded_minor", "average_minor"]),
            op=compares,
            value=st.sampled_from([0, 1, 2, 5_000, 9_900]),
        ),
        of("bought", skus=st.sampled_from([["A"], ["A", "B"]]), orders=st.integers(1, 2), within=day_windows),
        of(
            "bucket",
            salt=st.sampled_from(["s", "50%"]),
            from_bucket=st.sampled_from([0, 3_000]),
            to_bucket=st.sampled_from([5_000, 10_000]),
        ),
    ]
    if audiences:
        kinds += [of("audience", audience=st.sampled_from(audiences)), of("audience", audience=st.sampled_from(audiences), within=windows)]
    return st.one_of(*kinds)


def rules(audiences: list[int]) -> st.SearchStrategy[dict]:
    """A condition, mostly, or a few of them combined."""
    leaf = leaves(audiences)
    return st.one_of(
        leaf,
        leaf,
        leaf,
        st.builds(lambda inner: {"not": inner}, leaf),
        st.builds(lambda word, inner: {word: inner}, st.sampled_from(["all", "any"]), st.lists(leaf, min_size=2, max_size=3)),
    )


@st.composite
def batches(draw: st.DrawFn, start: datetime) -> list[tuple[datetime, list[Incoming], tuple]]:
    """Deliveries in the order of arrival: instant, facts (late and repeated ones too), and what staff do then."""
    made, at, number = [], start, 0
    seen: list[Incoming] = []
    for _ in range(draw(st.integers(1, 5))):
        at += draw(st.sampled_from([timedelta(minutes=7), timedelta(hours=3), timedelta(hours=20), timedelta(days=2)]))
        delivery = []
        for _ in range(draw(st.integers(0, 4))):
            if seen and draw(st.integers(0, 6)) == 0:
                delivery.append(draw(st.sampled_from(seen)))
                continue
            number += 1
            late = draw(st.sampled_from([timedelta(0), timedelta(0), timedelta(minutes=50), timedelta(hours=30), timedelta(days=4)]))
            delivery.append(draw(_fact(number, at - late - timedelta(seconds=number))))
        seen += delivery
        made.append((at, delivery, draw(st.sampled_from([(), (), ("tag", "VIP"), ("untag", "VIP"), ("merge",), ("undo",)]))))
    return made


@st.composite
def _fact(draw: st.DrawFn, number: int, at: datetime) -> Incoming:
    user = Handle("user_id", draw(st.sampled_from(USERS)))
    told: dict[str, Any] = {"occurred_at": at, "message": f"m{number}", "handles": [user]}
    kind = draw(
        st.sampled_from(["page", "page", "cart", "paid", "refund", "identify", "phone", "join", "consent", "withdraw", "touch", "touch"])
    )
    if kind == "paid":
        lines = [{"sku": draw(st.sampled_from(["A", "B", "C"])), "quantity": "1", "unit_price": "1", "amount_minor": 100}]
        amount = draw(st.sampled_from([0, 5_000, 9_900]))
        properties = {"shop": "web", "order_number": str(number), "amount_minor": amount, "lines": lines}
        return Incoming(name="order.paid", properties=properties, **told)
    if kind == "refund":
        return Incoming(name="order.refunded", properties={"shop": "web", "order_number": f"r{number}", "amount_minor": 1_000}, **told)
    if kind == "identify":
        born = draw(st.sampled_from(["1990-03-02", "1992-02-29", "2001-11-01", "1988-04-25", "1979-03-08"]))
        wed = draw(st.sampled_from(["2026-03-01", "2026-03-08", "2028-02-29", "2026-11-01", "2026-04-24"]))
        traits = {
            "city": draw(st.sampled_from(["上海", "杭州", "50%"])),
            "age": draw(st.integers(16, 33)),
            "birthday": born,
            "wedding": wed,
        }
        chosen = draw(st.lists(st.sampled_from(sorted(traits)), min_size=1, max_size=3))
        said = {name: draw(st.sampled_from([traits[name], traits[name], None])) for name in chosen}
        return Incoming(name="member.identified", properties={"traits": said}, **told)
    if kind == "phone":
        told["handles"] = [user, Handle("phone", draw(st.sampled_from(PHONES)))]
        return Incoming(name="member.identified", proof="identify", properties={"traits": {}}, **told)
    if kind in ("consent", "withdraw"):
        properties = {"purpose": "marketing", "channel": draw(st.sampled_from(["any", "sms", "email", "wecom", "task"]))}
        return Incoming(name={"consent": "consent.given", "withdraw": "consent.withdrawn"}[kind], properties=properties, **told)
    if kind == "touch":
        properties = {
            "touch": f"touch {number}",
            "medium": draw(st.sampled_from(["sms", "email"])),
            "purpose": draw(st.sampled_from(["marketing", "service"])),
            "origin": draw(st.sampled_from(["send:1", "journey:5"])),
        }
        return Incoming(name=draw(st.sampled_from(["touch.sent", "touch.opened", "touch.clicked"])), properties=properties, **told)
    if kind == "join":
        return Incoming(name="pool.joined", properties={"channel": "store"}, **told)
    name = {"page": "page.viewed", "cart": "cart.added"}[kind]
    return Incoming(name=name, properties={"path": draw(st.sampled_from(["/x", "/y"]))}, **told)
