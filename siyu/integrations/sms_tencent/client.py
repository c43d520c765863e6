"""Tencent Cloud's request signature, version 3 (TC3-HMAC-SHA256), as its documentation "Signature v3" describes it."""

import hmac
from datetime import UTC, datetime
from hashlib import sha256

CONTENT_TYPE = "application/json; charset=utf-8"


def signed(host: str, service: str, action: str, body: bytes, *, key: str, secret: str, timestamp: int) -> dict[str, str]:
    """Headers of a signed POST to `/`; `timestamp` is in seconds."""
    day = datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d")
    names = "content-type;host;x-tc-action"
    lines = f"content-type:{CONTENT_TYPE}\nhost:{host}\nx-tc-action:{action.lower()}\n"
    request = "\n".join(["POST", "/", "", lines, names, sha256(body).hexdigest()])
    scope = f"{day}/{service}/tc3_request"
    to_sign = "\n".join(["TC3-HMAC-SHA256", str(timestamp), scope, sha256(request.encode()).hexdigest()])
    derived = f"TC3{secret}".encode()
    for part in (day, service, "tc3_request"):
        derived = hmac.new(derived, part.encode(), sha256).digest()
    signature = hmac.new(derived, to_sign.encode(), sha256).hexdigest()
    return {
        "authorization": f"TC3-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders={names}, Signature={signature}",
        "content-type": CONTENT_TYPE,
        "host": host,
        "x-tc-action": action,
        "x-tc-timestamp": str(timestamp),
    }
