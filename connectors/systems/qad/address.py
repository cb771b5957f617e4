"""The instance address as people paste it, brought to the one form that calls are made from."""

from __future__ import annotations

from urllib.parse import urlsplit

from connectors.errors import Refused

CONTEXT = "/clouderp"


def instance_address(pasted: str) -> str:
    """Host and context root: what stands behind `#` or `?` belongs to a screen, not to the instance."""
    text = pasted.strip().split("#")[0].split("?")[0].rstrip("/")
    parts = urlsplit(text if "://" in text else f"https://{text}")
    if not parts.hostname:
        raise Refused(
            "The instance address names no host.",
            system="qad",
            remedy="Copy it from the browser when you are signed in, like https://example.qad.com/clouderp.",
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path or CONTEXT}"
