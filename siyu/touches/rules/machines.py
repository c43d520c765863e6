"""Machines that follow links and load pictures, as far as they say so: their requests are answered and count for nobody.

Most scanners of mail gateways call themselves a browser on purpose, so that what they look at cannot show them another page than it shows
people; those cannot be told apart here. What is listed names itself, in words that its maker or crawler-user-agents (MIT) documents.
"""

import re
from collections.abc import Mapping

# who looks at links before people do, by a part of the user agent: scanners of mail, previews of messengers, crawlers, programs
_NAMES = (
    r"barracuda|proofpoint|mimecast|ciscosecureemail|ironport|symantec|trendmicro|trend micro|\btmes\b|fortinet|sophos|safelinks|zscaler",
    r"microsoft office existence discovery|bingpreview|microsoftpreview|skypeuripreview|dingtalkbot|larkurl2meta|qq-url-manager",
    r"facebookexternalhit|facebookcatalog|meta-external|facebot|twitterbot|telegrambot|slackbot|slack-imgproxy|discordbot|linkedinbot",
    r"^whatsapp/|^viber|snap url preview|pinterestbot|redditbot|embedly|iframely|vkshare",
    r"googlebot|adsbot|apis-google|google-read-aloud|google-safety|bingbot|applebot|yandex\w*bot|duckduckbot|yahoo! slurp",
    r"spider\b|crawler|(?<!cu)bot\b|headlesschrome|phantomjs|link ?check|url ?preview|linkpreview",  # CUBOT is a make of telephones
    r"^(curl|wget|python-|python/|aiohttp|go-http-client|java/|okhttp|axios|node-fetch|node$|libwww|ruby|php/|lua-resty|postmanruntime)",
    r"apache-httpclient|guzzlehttp|httpunit",
)
_MACHINE = re.compile("|".join(_NAMES), re.IGNORECASE)
_AHEAD = re.compile(r"prefetch|prerender|preview", re.IGNORECASE)
_ASKED_AHEAD = ("sec-purpose", "purpose", "x-purpose", "x-moz")  # Fetch Standard, and what browsers said before it


def is_machine(headers: Mapping[str, str]) -> bool:
    """Whether a request says that no person asked for it now. `headers` finds names in any case, as Django's do."""
    if any(_AHEAD.search(headers.get(name, "")) for name in _ASKED_AHEAD):
        return True
    return _MACHINE.search(headers.get("user-agent", "")) is not None
