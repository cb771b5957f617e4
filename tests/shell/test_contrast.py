"""Text is readable and control edges are visible, by computation, in both themes."""

import re
from itertools import product
from pathlib import Path

import pytest

TOKENS = Path("static/css/tokens.css").read_text()
PAIRED = re.compile(r"--([a-z0-9-]+):\s*light-dark\(#([0-9a-f]{6}),\s*#([0-9a-f]{6})\)")
LIGHT, DARK = 0, 1
COLOURS = {name: (light, dark) for name, light, dark in PAIRED.findall(TOKENS)} | {
    "on-accent": ("ffffff", "ffffff")
}

STATUSES = ("waiting", "held", "sending", "doubt", "delivered", "refused", "skipped", "undone")
SURFACES = ("paper", "rail", "sunken", "raised", "hover", "picked")
TEXT = [
    *product(("ink", "ink-2", "ink-3", "accent"), SURFACES),
    *product(STATUSES, ("paper", "sunken", "raised", "hover")),
    *((status, f"{status}-wash") for status in STATUSES),
    *((ink, f"{status}-wash") for status in STATUSES for ink in ("ink", "ink-2")),
    ("held", "rail"), ("doubt", "rail"), ("refused", "rail"), ("refused", "picked"),
    ("on-accent", "accent-fill"), ("on-accent", "accent-down"), ("paper", "ink"),
]  # fmt: skip
EDGES = [
    *product(("edge", "focus"), ("paper", "rail", "sunken", "raised", "hover")),
    ("accent", "line"),
    ("refused", "paper"),
    ("accent-fill", "paper"),
]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT, ids="/".join)
def test_text_stands_out_from_its_ground(ink: str, ground: str, theme: int) -> None:
    assert contrast(COLOURS[ink][theme], COLOURS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), EDGES, ids="/".join)
def test_edges_and_focus_stand_out(edge: str, ground: str, theme: int) -> None:
    assert contrast(COLOURS[edge][theme], COLOURS[ground][theme]) >= 3


def test_the_ratio_is_the_one_of_the_standard() -> None:
    assert contrast("000000", "ffffff") == 21
    assert round(contrast("777777", "ffffff"), 2) == 4.48


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
