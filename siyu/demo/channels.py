"""Where the demo's members come from and what that costs: channels, the codes of their posters, monthly bills in dollars."""

from random import Random
from typing import NamedTuple


class DemoChannel(NamedTuple):
    """A channel: its share of joins (per mille), its bill a month in minor units, and the UTM source by which visits are told."""

    code: str
    name: str
    kind: str
    share: int
    monthly_minor: int
    utm_source: str


CHANNELS = (
    DemoChannel("store-code", "门店扫码", "store", 330, 60_000, ""),
    DemoChannel("official-account", "公众号", "article", 150, 45_000, "wechat_mp"),
    DemoChannel("xiaohongshu", "小红书", "article", 130, 120_000, "xiaohongshu"),
    DemoChannel("douyin", "抖音", "short_video", 120, 180_000, "douyin"),
    DemoChannel("referral", "老客推荐", "other", 110, 30_000, ""),
    DemoChannel("channels-video", "视频号", "short_video", 90, 55_000, "channels"),
    DemoChannel("ads", "广告投放", "ad", 70, 150_000, "ads"),
)
ONLINE = tuple(channel for channel in CHANNELS if channel.utm_source)


def channel_of(random: Random) -> DemoChannel:
    """A channel by its share of joins."""
    return random.choices(CHANNELS, [channel.share for channel in CHANNELS])[0]


def code_of(random: Random, channel: DemoChannel, store: str) -> str:
    """The live code a person scanned: one per store for posters, a few per campaign elsewhere."""
    return f"{channel.code}-{store}" if channel.kind == "store" else f"{channel.code}-{random.randint(1, 4)}"
