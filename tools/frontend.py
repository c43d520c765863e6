"""Copy the front-end files that npm fetched into the ignored static folder: no build step, no outside request.

Style sheets lose what would point at files that are not copied (source maps, old font formats), because the
manifest storage refuses a reference it cannot resolve. `--check` only tells whether the copy is complete.
"""

import json
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "siyu/lib/web/static/vendor"
FILES = {
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "tabler-icons.min.css": "@tabler/icons-webfont/dist/tabler-icons.min.css",
    "fonts/tabler-icons.woff2": "@tabler/icons-webfont/dist/fonts/tabler-icons.woff2",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "echarts.min.js": "echarts/dist/echarts.min.js",
    "joint.min.js": "@joint/core/dist/joint.min.js",
    "dagre.min.js": "@dagrejs/dagre/dist/dagre.min.js",
    "licences/tabler-icons.txt": "@tabler/icons-webfont/LICENSE",
    "licences/htmx.txt": "htmx.org/LICENSE",
    "licences/echarts.txt": "echarts/LICENSE",
    "licences/echarts-notice.txt": "echarts/NOTICE",
    "licences/joint.txt": "@joint/core/LICENSE",
    "licences/dagre.txt": "@dagrejs/dagre/LICENSE",
}
SOURCE_MAP = re.compile(rb"(/\*#\s*sourceMappingURL=[^*]*\*/|//#\s*sourceMappingURL=\S+)")
OLD_FONTS = re.compile(rb',\s*url\("[^"]+\.(?:woff|ttf)\?[^"]*"\)\s*format\("[^"]+"\)')


def slim(name: str, content: bytes) -> bytes:
    """The file without references to what is left behind."""
    if name.endswith((".css", ".js")):
        content = SOURCE_MAP.sub(b"", content)
    if name.endswith("icons.min.css"):
        content = OLD_FONTS.sub(b"", content)
        content = re.sub(rb'url\("\./(fonts/[\w.-]+)\?[^"]*"\)', rb'url("\1")', content)
    return content


def versions() -> dict[str, str]:
    """What package.json asks for: written beside the copy, so that a change is noticed."""
    return json.loads((ROOT / "package.json").read_text())["dependencies"]


def is_complete() -> bool:
    stamp = VENDOR / "versions.json"
    return stamp.exists() and json.loads(stamp.read_text()) == versions() and all((VENDOR / name).exists() for name in FILES)


def copy() -> None:
    missing = [source for source in FILES.values() if not (MODULES / source).exists()]
    if missing:
        raise SystemExit(f"node_modules lacks {', '.join(missing)}; run `make frontend`")
    shutil.rmtree(VENDOR, ignore_errors=True)
    for name, source in FILES.items():
        target = VENDOR / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(slim(name, (MODULES / source).read_bytes()))
    (VENDOR / "versions.json").write_text(json.dumps(versions(), indent=1) + "\n")


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if is_complete() else "front-end files are missing or old; run `make frontend`")
    copy()
