#!/usr/bin/env python3
"""Checks an exported audit trail with nothing but Python: `python3 audit_checker.py trail.txt [--anchors anchors.txt]`.

This one file is all an auditor needs. Each entry carries its number, the hash of the entry before it, and a hash over both and its
own text; so a changed, missing, inserted or moved entry is found, and named by its number. A chain that was rewritten as a
whole is found by the anchors: heads of the chain that were noted outside the database as it grew.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

FORMAT = "ml-connector audit trail 1"
START = "0" * 64
FAULTS_SHOWN = 100

# One line of the file:   NUMBER PREVIOUS_HASH HASH TEXT        an entry; TEXT is JSON and never holds a line break
#                         + BODY                                personal data of the entry above, where it was not erased
#                         # JSON                                first line: format, tenant, how many entries, last hash


def link(previous: str, number: int, text: str) -> str:
    """The hash of one entry: over the hash before it, its number and its text."""
    return hashlib.sha256(f"{previous}\n{number}\n{text}".encode()).hexdigest()


@dataclass
class Anchor:
    """What the chain's head was at some moment, noted outside the database."""

    at: str
    number: int
    hash: str


@dataclass
class Reading:
    """How far the file was read. Its size does not grow with the file."""

    entries: int = 0
    parts: int = 0
    erased: int = 0
    expected: int = 1
    heads: tuple[str, ...] = (START,)
    """What the next entry may name as the hash before it."""
    gaps: list[list[int]] = field(default_factory=list)
    """Numbers passed over: first and last of each run; missing, unless they come later."""


def check(lines: Iterable[str], anchors: dict[int, Anchor] | None = None) -> Generator[str, None, Reading]:
    """Every fault as a sentence; in the end, how far it was read."""
    reading, waiting = Reading(), dict(anchors or {})
    header: dict[str, object] = {}
    left: list[str] = []
    for at, line in enumerate(lines, start=1):
        if line[:1] == "#" and at == 1:
            header = json.loads(line[1:])
            if header.get("format") != FORMAT:
                yield f"this is not a file of the format “{FORMAT}”"
        elif line[:1] == "+":
            reading.parts += 1
            digest = hashlib.sha256(line[2:].rstrip("\n").encode()).hexdigest()
            if digest not in left:
                yield f"entry {reading.expected - 1}: personal data was changed or does not belong to it"
            else:
                left.remove(digest)
        else:
            reading.erased += len(left)
            try:
                first, previous, hash_, text = line.rstrip("\n").split(" ", 3)
                number = int(first)
            except ValueError:
                yield f"entry {reading.expected}: line {at} cannot be read"
                reading.heads, reading.expected = (), reading.expected + 1
                continue
            left = _digests(text)
            yield from _entry(reading, number, previous, hash_, text)
            if waiting and (anchor := waiting.pop(number, None)) and anchor.hash != hash_:
                yield f"entry {number}: the chain was rewritten: on {anchor.at} this entry had another hash"
    reading.erased += len(left)
    yield from _ending(reading, header, waiting)
    return reading


def _entry(reading: Reading, number: int, previous: str, hash_: str, text: str) -> Iterator[str]:
    true_hash, follows = link(previous, number, text), previous in reading.heads
    reading.entries += 1
    if true_hash != hash_:
        place = reading.expected if follows else number
        yield f"entry {place}: its content was changed"
        number = place
    if number < reading.expected:
        known = _fill(reading.gaps, number)
        if number == reading.expected - 1:  # two claim the number: the next entry may follow either
            reading.heads += (hash_,)
        yield f"entry {number}: stands in the wrong place" if known else f"entry {number}: was inserted"
        return
    if number > reading.expected:
        reading.gaps.append([reading.expected, number - 1])
    elif true_hash == hash_ and not follows and reading.heads:
        yield f"entry {number}: does not follow entry {number - 1}"
    reading.expected, reading.heads = number + 1, (hash_, true_hash)


def _ending(reading: Reading, header: dict[str, object], waiting: dict[int, Anchor]) -> Iterator[str]:
    for first, last in reading.gaps:
        yield f"{_run(first, last)} missing"
    told = header.get("entries")
    seen = reading.expected - 1
    if isinstance(told, int) and told > seen:
        yield f"{_run(seen + 1, told)} missing"
    elif isinstance(told, int) and told < seen:
        yield f"{_run(told + 1, seen)} more than the file's first line tells"
    elif header and header.get("head") not in reading.heads:
        yield f"entry {seen}: is not the last entry that the file's first line tells"
    newest = max((n for n in waiting if n > max(seen, told if isinstance(told, int) else 0)), default=None)
    if newest is not None:
        yield f"{_run(seen + 1, newest)} missing: they were there on {waiting[newest].at}"


def _digests(text: str) -> list[str]:
    """The digests of an entry's personal parts; most entries have one or two."""
    start = text.find('"parts":"[') + len('"parts":"[')
    inside = text[start : text.find(']"', start)]
    return [digest.strip('\\"') for digest in inside.split(",")] if inside else []


def _fill(gaps: list[list[int]], number: int) -> bool:
    for index, (first, last) in enumerate(gaps):
        if first <= number <= last:
            gaps[index : index + 1] = [
                run for run in ([first, number - 1], [number + 1, last]) if run[0] <= run[1]
            ]
            return True
    return False


def _run(first: int, last: int) -> str:
    return f"entry {first} is" if first == last else f"entries {first} to {last} are"


def read_anchors(lines: Iterable[str], tenant: str) -> dict[int, Anchor]:
    """Of one tenant, by number. A line is: MOMENT TENANT NUMBER HASH."""
    found = {}
    for line in lines:
        words = line.split()
        if len(words) == 4 and words[1] == tenant:
            found[int(words[2])] = Anchor(words[0], int(words[2]), words[3])
    return found


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("trail", type=Path)
    parser.add_argument("--anchors", type=Path, help="file of anchors noted outside the database")
    given = parser.parse_args(arguments)
    anchors = {}
    if given.anchors:
        with given.trail.open(encoding="utf-8") as trail, given.anchors.open(encoding="utf-8") as noted:
            anchors = read_anchors(noted, json.loads(trail.readline()[1:])["tenant"])
    with given.trail.open(encoding="utf-8", newline="\n") as trail:
        faults, reading = _collect(check(trail, anchors))
    for fault in faults[:FAULTS_SHOWN]:
        print(fault)  # noqa: T201
    if len(faults) > FAULTS_SHOWN:
        print(f"and {len(faults) - FAULTS_SHOWN} more")  # noqa: T201
    print(_verdict(reading, len(faults), len(anchors)))  # noqa: T201
    return 1 if faults else 0


def _collect(faults: Generator[str, None, Reading]) -> tuple[list[str], Reading]:
    found: list[str] = []
    while True:
        try:
            found.append(next(faults))
        except StopIteration as end:
            return found, end.value


def _verdict(reading: Reading, faults: int, anchors: int) -> str:
    if faults:
        return f"BROKEN: {faults} faults in {reading.entries} entries."
    outside = (
        f"{anchors} anchors agree"
        if anchors
        else "no anchors were given, so a chain rewritten as a whole would pass"
    )
    erased = f"; {reading.erased} personal parts were erased" if reading.erased else ""
    return f"UNBROKEN: {reading.entries} entries, {reading.parts} personal parts{erased}; {outside}. Last hash {reading.heads[0]}."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
