"""What the operating system must allow a process of ours: told before work begins, rather than found in the middle of it."""

from __future__ import annotations

import resource

FILES_WANTED = 4096
FILES_MIN = 256
ADDRESS_BYTES_MIN = 1024 * 2**20


class TooLow(Exception):
    """Which limit, what it is and what it must be: one sentence."""


def check() -> None:
    """Raises the limit of open files as far as we may, for ourselves and for all that we start."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = FILES_WANTED if hard == resource.RLIM_INFINITY else min(FILES_WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    if most < FILES_MIN:
        raise TooLow(
            f"Only {most} files may be open at once and {FILES_MIN} are needed: raise the limit (ulimit -n)."
        )
    memory, _ = resource.getrlimit(resource.RLIMIT_AS)
    if memory != resource.RLIM_INFINITY and memory < ADDRESS_BYTES_MIN:
        raise TooLow(
            f"A process may have {memory // 2**20} MB of memory and needs {ADDRESS_BYTES_MIN // 2**20} MB: "
            "raise the limit (ulimit -v)."
        )
