"""The filter language: what a tree means, what is no tree, and that Python and SQL answer alike."""

import json
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from psycopg import sql

from siyu.facts import filters
from siyu.facts.filters import FilterError

ORDER = {"amount_minor": 12_000, "shop": "web", "is_gift": True, "lines": [{"sku": "S1", "price": "19.90"}, {"sku": "S2", "price": "5"}]}


def leaf(path: str, op: str, value: Any = None) -> dict:
    return {"property": path, "op": op} if value is None else {"property": path, "op": op, "value": value}


@pytest.mark.parametrize(
    ("tree", "passes"),
    [
        ({}, True),
        (leaf("amount_minor", "gte", 12_000), True),
        (leaf("amount_minor", "gt", 12_000), False),
        (leaf("amount_minor", "eq", 12_000.0), True),
        (leaf("amount_minor", "eq", "12000"), False),
        (leaf("shop", "eq", "web"), True),
        (leaf("shop", "eq", "WEB"), False),
        (leaf("shop", "starts_with", "we"), True),
        (leaf("shop", "contains", "eb"), True),
        (leaf("shop", "in", ["tmall", "web"]), True),
        (leaf("shop", "not_in", ["tmall", "web"]), False),
        (leaf("is_gift", "eq", True), True),
        (leaf("is_gift", "eq", 1), False),
        (leaf("lines.sku", "eq", "S2"), True),
        (leaf("lines.sku", "ne", "S2"), False),
        (leaf("lines.price", "gt", 19.8), True),
        (leaf("lines.price", "lt", 5), False),
        (leaf("coupon", "absent"), True),
        (leaf("coupon", "ne", "X"), True),
        (leaf("coupon", "exists"), False),
        (leaf("lines", "exists"), True),
        ({"not": leaf("coupon", "exists")}, True),
        ({"all": [leaf("shop", "eq", "web"), leaf("amount_minor", "lt", 1)]}, False),
        ({"any": [leaf("shop", "eq", "web"), leaf("amount_minor", "lt", 1)]}, True),
    ],
)
def test_a_filter_says_which_orders_pass(tree: dict, passes: bool):
    assert filters.compile(tree)(ORDER) is passes


@pytest.mark.parametrize(
    ("tree", "at", "because"),
    [
        ([], "", "object"),
        ({"all": []}, "all", "1 to"),
        ({"every": []}, "", "one of all"),
        ({"all": [{}], "any": [{}]}, "", "one of all"),
        ({"all": [{}, {"not": 3}]}, "all[1].not", "object"),
        (leaf("", "eq", 1), "", "property"),
        (leaf("a..b", "eq", 1), "", "dots"),
        (leaf("a", "like", 1), "", "op"),
        (leaf("a", "eq"), "", "value"),
        (leaf("a", "eq", [1]), "", "value"),
        (leaf("a", "eq", float("inf")), "", "number"),
        (leaf("a", "eq", "\x00"), "", "character"),
        (leaf("a", "in", []), "", "list"),
        (leaf("a", "contains", 3), "", "text"),
        (leaf("a", "gt", True), "", "number or a text"),
        (leaf("a", "exists", 1), "", "no value"),
        ({**leaf("a", "eq", 1), "case": "no"}, "", "unknown: case"),
        ({"all": [leaf("a", "exists")] * 150 + [{"any": [leaf("a", "exists")] * 100}]}, "", "at most 200"),
    ],
)
def test_what_is_no_filter_is_refused_with_its_place_and_reason(tree: Any, at: str, because: str):
    with pytest.raises(FilterError, match=because) as error:
        filters.check(tree)
    assert error.value.at == at


def test_a_tree_of_any_depth_is_refused_in_time():
    tree: dict = {}
    for _ in range(5_000):
        tree = {"not": tree}
    with pytest.raises(FilterError, match="deeper"):
        filters.check(tree)


def test_filters_that_say_the_same_have_one_canonical_form():
    one, two = leaf("a", "eq", 1), leaf("b", "in", ["y", "x", "x"])

    assert filters.canonical({"all": [one, two]}) == filters.canonical(
        {"all": [leaf("b", "in", ["x", "y"]), {"all": [leaf("a", "eq", 1.0), one]}]}
    )
    assert filters.canonical({"not": {"not": one}}) == filters.canonical(one)
    assert filters.canonical({"all": [one, two]}) != filters.canonical({"any": [one, two]})
    assert filters.canonical({}) == "{}"


_names = st.sampled_from(["a", "b", "名", 'q"%s', "\\"])
_texts = st.sampled_from(["", "a", "A", "ab", "10", "10.0", "-1.50", "1e2", "茶", "50%", "%s", "\\", "'", '"', "a\nb", "10\n", "𠮷"])
_numbers = st.one_of(st.integers(-20, 20), st.sampled_from([0.1, -1.5, 10.0, 1e22, 2**60]))
_scalars = st.one_of(_texts, _numbers, st.booleans())
_values = st.recursive(
    st.one_of(_scalars, st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_names, inner, max_size=3)),
    max_leaves=8,
)
_properties = st.dictionaries(_names, _values, max_size=4)
_paths = st.lists(_names, min_size=1, max_size=3).map(".".join)
_leaves = st.one_of(
    st.builds(leaf, _paths, st.sampled_from(["eq", "ne"]), _scalars),
    st.builds(leaf, _paths, st.sampled_from(["gt", "gte", "lt", "lte"]), st.one_of(_texts, _numbers)),
    st.builds(leaf, _paths, st.sampled_from(["in", "not_in"]), st.lists(_scalars, min_size=1, max_size=3)),
    st.builds(leaf, _paths, st.sampled_from(["contains", "starts_with"]), _texts),
    st.builds(leaf, _paths, st.sampled_from(["exists", "absent"])),
)
_trees = st.recursive(
    st.one_of(_leaves, st.just({})),
    lambda inner: st.one_of(
        st.builds(lambda word, children: {word: children}, st.sampled_from(["all", "any"]), st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda child: {"not": child}, inner),
    ),
    max_leaves=5,
)


def _asked(tree: dict, rows: list[dict]) -> list[bool]:
    """What the database answers, once in a statement with parameters and once without."""
    statement = sql.SQL("SELECT {} FROM unnest({}) WITH ORDINALITY AS row(properties, n) ORDER BY n")
    texts = [json.dumps(row) for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(statement.format(filters.to_sql(tree), sql.SQL("%s::jsonb[]")), [texts])
        answers = [row[0] for row in cursor.fetchall()]
        cursor.execute(sql.SQL("SELECT {} FROM (SELECT '{{}}'::jsonb AS properties) AS one").format(filters.to_sql(tree)))
        assert cursor.fetchone() == (filters.compile(tree)({}),)
    return answers


@pytest.mark.django_db
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(trees=st.lists(_trees, min_size=1, max_size=4), rows=st.lists(_properties, min_size=1, max_size=8))
@example(
    trees=[leaf("a", "eq", "50%"), leaf("a", "gte", 10), leaf('q"%s', "exists")], rows=[{"a": "50%"}, {"a": "10"}, {"a": [["x"], 10.0]}]
)
@example(
    trees=[leaf("a.b", "eq", "x"), leaf("a", "eq", "x"), leaf("a", "exists")],
    rows=[{"a": [[{"b": "x"}]]}, {"a": [["x"]]}, {"a": [None, []]}, {"a": []}],
)
def test_python_and_sql_answer_alike_and_so_does_the_canonical_form(trees: list[dict], rows: list[dict]):
    for tree in trees:
        predicate = filters.compile(tree)
        same = filters.compile(json.loads(filters.canonical(tree)))

        answers = [predicate(row) for row in rows]

        assert _asked(tree, rows) == answers
        assert [same(row) for row in rows] == answers
        assert filters.canonical(json.loads(filters.canonical(tree))) == filters.canonical(tree)
