"""Groups of value 价值人群: everybody is in one, by the scores of RFM, or by whether who never bought takes an interest."""

from typing import Any, NamedTuple

SCORES = range(1, 6)
INTEREST = ("page.viewed", "product.viewed", "cart.added")  # what shows it
INTEREST_DAYS = 30
ORDINARY, INTERESTED, ONLOOKER = "ordinary", "interested", "onlooker"


class _Cells(NamedTuple):
    """Buyers with these scores of recency and of money; any frequency."""

    recency: tuple[int, ...]
    monetary: tuple[int, ...]


_CELLS = {
    "high_value": _Cells((3, 4, 5), (5,)),  # the top fifth by net revenue, and not gone quiet
    "silent_potential": _Cells((1, 2), (4, 5)),  # the top two fifths, and quiet for longer than most
}
GROUPS = (*_CELLS, ORDINARY, INTERESTED, ONLOOKER)
NAMED = ("high_value", "silent_potential", INTERESTED)  # those that campaigns are made for


def cells() -> list[str]:
    """The groups of buyers by (recency, money): 1 1, 1 2 … 5 5."""
    return [_of(recency, monetary) for recency in SCORES for monetary in SCORES]


def rule(group: str) -> dict[str, Any]:
    """A group as the rule of an audience. `ValueError` for a name that is none."""
    if group in _CELLS:
        return {"condition": "rfm", "recency": list(_CELLS[group].recency), "monetary": list(_CELLS[group].monetary)}
    bought = {"condition": "orders", "what": "orders", "op": "gte", "value": 1}
    if group == ORDINARY:
        return {"all": [bought, *({"not": rule(other)} for other in _CELLS)]}
    within = {"last_days": INTEREST_DAYS}
    interest = {"any": [{"condition": "did_fact", "fact": fact, "within": within} for fact in INTEREST]}
    if group == INTERESTED:
        return {"all": [{"not": bought}, interest]}
    if group == ONLOOKER:
        return {"all": [{"not": bought}, {"not": interest}]}
    raise ValueError(f"there is no group {group}")


def _of(recency: int, monetary: int) -> str:
    return next((name for name, one in _CELLS.items() if recency in one.recency and monetary in one.monetary), ORDINARY)
