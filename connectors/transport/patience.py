"""How long to wait before trying again, and when to stop trying: pure values, so that rows can keep them.

Waiting is always bounded, and always random over its whole length, so that many who failed together do not return together.
"""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime

RETRY_AFTER_SECONDS_MAX = 7 * 86_400.0


def retry_after(header: str | None, now_epoch: float) -> float | None:
    """Seconds that the vendor asked for; None for absent, zero, past and garbage: then our own back-off decides."""
    if not header:
        return None
    text = header.strip()
    seconds = float(text) if text.isascii() and text.isdigit() and len(text) < 12 else _until(text, now_epoch)
    if seconds is None or seconds <= 0:
        return None
    return min(seconds, RETRY_AFTER_SECONDS_MAX)


def _until(text: str, now_epoch: float) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp() - now_epoch
