"""What every page must be, whoever made it: judged in three widths and both themes by one walk.

No violation that axe knows of, nothing on the console, nothing the content policy refused, no sideways scrolling, focus seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page

WIDTHS = (360, 1024, 1440)
STOPS_MAX = 60
PIXELS_MAX = 12_000
AXE = str(Axe().axe_script)
# Without preloading, for it would put styles into the page, which the content policy refuses it.
EVERY_RULE: dict[str, Any] = {
    "resultTypes": ["violations"],
    "preload": False,
    "rules": {"target-size": {"enabled": True}},
}
# The other theme is the same page in other colours, so only what depends on colour is judged again.
COLOUR: dict[str, Any] = {
    "resultTypes": ["violations"],
    "preload": False,
    "runOnly": ["color-contrast", "link-in-text-block"],
}
RULES = {"light": EVERY_RULE, "dark": COLOUR}


@dataclass
class Walk:
    """A page with an ear on its console."""

    page: Page
    heard: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.heard.append(f"error: {error}"))

    def _hear(self, message: ConsoleMessage) -> None:
        expected = "Failed to load resource" in message.text and message.location.get("url") == self.page.url
        if message.type in ("error", "warning") and not expected:
            self.heard.append(f"{message.type}: {message.text}")

    def faults(self, address: str = "", status: int = 200) -> list[str]:
        """Everything that is wrong with the page at this address, or with the one that is open."""
        answer = self.page.goto(address) if address else None
        found = [f"answered {answer.status}, not {status}"] if answer and answer.status != status else []
        if answer and urlsplit(self.page.url).path != urlsplit(address).path:
            found.append(f"led on to {self.page.url}")
        for theme, rules in RULES.items():
            self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
            for width in WIDTHS:
                self.page.set_viewport_size({"width": width, "height": 900})
                found += [f"{theme} {width}: {fault}" for fault in self._standing(rules)]
        for width in (WIDTHS[0], WIDTHS[-1]):
            self.page.set_viewport_size({"width": width, "height": 700})
            found += [f"{width}: {fault}" for fault in self._focus()]
        return found + self.heard

    def _standing(self, rules: dict[str, Any]) -> list[str]:
        wide = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        found = [f"scrolls sideways by {wide} px"] if wide > 0 else []
        self._unroll()
        if not self.page.evaluate("Boolean(window.axe)"):
            self.page.evaluate(AXE)
        for violation in self.page.evaluate(RUN, rules):
            where = "; ".join(node["html"][:160] for node in violation["nodes"][:3])
            found.append(f"axe {violation['id']}: {violation['help']}: {where}")
        return found

    def _unroll(self) -> None:
        """Show the page in one piece, so that a sticky bar rests in its place and covers nothing by chance."""
        tall = self.page.evaluate("document.documentElement.scrollHeight")
        width = self.page.evaluate("innerWidth")
        self.page.set_viewport_size({"width": width, "height": min(tall, PIXELS_MAX)})

    def _focus(self) -> list[str]:
        """Tab through the page: each stop must be marked and must not lie under a bar."""
        self.page.evaluate("document.activeElement.blur(), window.scrollTo(0, 0)")
        found = []
        for _ in range(STOPS_MAX):
            self.page.keyboard.press("Tab")
            stop = self.page.evaluate(STOP)
            if stop is None:
                break
            if stop["fault"]:
                found.append(f"focus {stop['fault']}: {stop['html']}")
        return found


RUN = "async rules => (await axe.run(document, rules)).violations"
# Ends when the focus has left the page. A mark is an outline of 2 px, on the element or on the label that holds it.
STOP = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const marked = (e) => { const s = getComputedStyle(e); return s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2; };
  const box = at.getBoundingClientRect();
  let top = null;
  const shown = (part) => {
    top = document.elementFromPoint(box.left + box.width * part, box.top + box.height / 2) || document.elementFromPoint(box.left + box.width / 2, box.top + box.height * part);
    return top && (at.contains(top) || top.contains(at) || at.closest("label")?.contains(top));
  };
  const seen = [0.1, 0.3, 0.5, 0.7, 0.9].some(shown);
  const fault = !marked(at) ? "is not marked" : box.bottom < 0 || box.top > innerHeight ? "is off the screen" : !seen ? `lies under ${top?.outerHTML.slice(0, 60)} at ${Math.round(box.left)},${Math.round(box.top)}` : "";
  return { fault, html: at.outerHTML.slice(0, 160) };
}"""
