"""Ids that sort by the time they were made.

They are made here and not in the database, so that a row's id is known, and its scope open, before it is inserted;
unlike a sequence they tell nobody how many rows others have.
"""

import secrets
import time
from uuid import UUID


def new_id() -> UUID:
    """A version 7 UUID: 48 bits of milliseconds, then randomness."""
    milliseconds = time.time_ns() // 1_000_000
    bits = milliseconds << 80 | secrets.randbits(80)
    bits = bits & ~(0xF << 76) | 0x7 << 76
    bits = bits & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=bits)
