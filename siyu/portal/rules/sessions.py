"""Sessions of members: how long they last, and in which words a browser is told from another."""

from datetime import timedelta

SESSION_LIFE = timedelta(days=30)  # from the last use
SEEN_EVERY = timedelta(hours=1)  # a session notes its use no oftener
LINK_LIFE = timedelta(hours=24)
SOURCE = "member_centre"  # of the facts that members tell here
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
_PROGRAMS = (
    ("wxwork", "WeCom"), ("MicroMessenger", "WeChat"), ("AlipayClient", "Alipay"), ("Edg", "Edge"), ("Firefox", "Firefox"),
    ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip


def device_of(agent: str) -> str:
    """`iPhone · WeChat`, from what a browser says of itself; empty when it says nothing we know."""
    agent = agent[:500]
    named = [next((word for mark, word in marks if mark in agent), "") for marks in (_SYSTEMS, _PROGRAMS)]
    return " · ".join(word for word in named if word)


def fits_target(path: str) -> bool:
    """Whether a path is a page of the member centre, and nothing that a browser could read as another host."""
    return path.startswith("/m/") and "//" not in path and "\\" not in path and path.isprintable() and len(path) <= 500
