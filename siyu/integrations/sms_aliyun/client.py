"""Aliyun's request signature, version 3 (ACS3-HMAC-SHA256), as its documentation "V3 request structure and signature" describes it."""

import hmac
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import quote


def query_of(parameters: Mapping[str, str]) -> str:
    """Parameters as the signature wants them: sorted, percent-encoded by RFC 3986."""
    return "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in sorted(parameters.items()))


def signed(
    host: str, action: str, version: str, query: str, body: bytes, *, key: str, secret: str, date: str, nonce: str
) -> dict[str, str]:
    """Headers of a signed POST to `/`. `date` is UTC as 2023-10-26T10:22:32Z; a nonce is used once."""
    content = sha256(body).hexdigest()
    headers = {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": content,
        "x-acs-date": date,
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    request = "\n".join(["POST", "/", query, lines, names, content])
    to_sign = f"ACS3-HMAC-SHA256\n{sha256(request.encode()).hexdigest()}"
    signature = hmac.new(secret.encode(), to_sign.encode(), sha256).hexdigest()
    return headers | {"authorization": f"ACS3-HMAC-SHA256 Credential={key},SignedHeaders={names},Signature={signature}"}
