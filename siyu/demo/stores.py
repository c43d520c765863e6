"""The merchant of the demo: 457 stores of the data set folded into twelve, with regions, managers and assistants."""

from hashlib import blake2b
from typing import NamedTuple


class DemoStore(NamedTuple):
    """A store of the demo and its share of the data set's stores, in hundredths."""

    code: str
    name: str
    region: str
    share: int


STORES = (
    DemoStore("S01", "徐汇滨江店", "上海", 14),
    DemoStore("S02", "浦东世纪店", "上海", 12),
    DemoStore("S03", "静安大悦店", "上海", 10),
    DemoStore("S04", "长宁天山店", "上海", 8),
    DemoStore("S05", "杭州西湖店", "浙江", 10),
    DemoStore("S06", "杭州滨江店", "浙江", 8),
    DemoStore("S07", "宁波鄞州店", "浙江", 6),
    DemoStore("S08", "南京新街口店", "江苏", 9),
    DemoStore("S09", "苏州园区店", "江苏", 8),
    DemoStore("S10", "无锡滨湖店", "江苏", 5),
    DemoStore("S11", "合肥政务店", "安徽", 6),
    DemoStore("S12", "芜湖镜湖店", "安徽", 4),
)
BY_CODE = {store.code: store for store in STORES}
_LADDER = [store.code for store in STORES for _ in range(store.share)]

COUNTER, HOME = "pos", "home"  # shops: the tills of the stores, and the mini-program that delivers
SHOPS = ((COUNTER, "门店收银", "store"), (HOME, "到家小程序", "online"))
DELIVERED = 12  # of a hundred baskets are said to be delivered: they are shipped and received later
ASSISTANTS_A_STORE = 2

_FAMILY = "陈林黄张李王吴刘蔡杨许郑谢郭洪邱曾廖赖徐周叶苏庄江吕何罗高潘"
_GIVEN = (
    "晓雯",
    "佳怡",
    "思远",
    "子涵",
    "梦洁",
    "雅婷",
    "浩然",
    "丽娜",
    "俊杰",
    "欣妍",
    "志强",
    "若曦",
    "慧敏",
    "宇轩",
    "静怡",
    "文博",
    "海燕",
    "春梅",
)


def drawn(salt: str, key: object, below: int) -> int:
    """A number in [0, below) that depends on nothing but its arguments: the same in every run and every sample."""
    return int.from_bytes(blake2b(f"{salt}:{key}".encode(), digest_size=8).digest(), "big") % below


def fold(store_id: int) -> str:
    """The demo's store for one of the data set's."""
    return _LADDER[drawn("store", store_id, len(_LADDER))]


def is_delivered(basket_id: int) -> bool:
    return drawn("delivered", basket_id, 100) < DELIVERED


def manager_of(store: str) -> str:
    """The user name of a store's manager."""
    return f"{store.lower()}-manager"


def assistants_of(store: str) -> list[str]:
    """The user names of a store's assistants."""
    return [f"{store.lower()}-{number}" for number in range(1, ASSISTANTS_A_STORE + 1)]


def staff_name(username: str) -> str:
    """A natural name for a user name."""
    return _FAMILY[drawn("family", username, len(_FAMILY))] + _GIVEN[drawn("given", username, len(_GIVEN))]
