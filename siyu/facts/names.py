"""Names of facts as rules say them: any name that the log can hold, in the form in which it holds it."""

from typing import Annotated

from msgspec import Meta

from .catalogue import BY_SEGMENT

MAX_NAME = 200  # characters
FactName = Annotated[
    str, Meta(min_length=1, max_length=MAX_NAME, pattern=r"^[^\x00]+$", title="What happened", extra_json_schema={"input": "fact"})
]


def check_name(name: str) -> None:
    """Raise `ValueError` for a name that no fact in the log has."""
    if name != name.strip():
        raise ValueError("a fact's name has no white space around it")
    if name in BY_SEGMENT:
        raise ValueError(f"{name} stands in the log as {BY_SEGMENT[name]}: say that")
