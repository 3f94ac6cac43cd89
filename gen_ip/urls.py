"""URLs of nodes: what kind they are, and what may be shown of them."""

from __future__ import annotations

from urllib.parse import urlsplit


def scheme_of(url: str) -> str:
    """The scheme of a URL with a host; "" where it is none."""
    try:
        parts = urlsplit(url)
        return parts.scheme if parts.hostname and parts.port != 0 else ""
    except ValueError:
        return ""


def public_url(url: object) -> str:
    """Scheme, host and port of a URL: what may be shown of it."""
    try:
        parts = urlsplit(str(url))
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "the given address"
    return f"{parts.scheme}://{parts.hostname}{port}"
