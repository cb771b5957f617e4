"""What a page may load and carry: our own files only, little script, and nothing that the content policy would refuse."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import get_template

from mlconnector.shell import SHEETS

SCRIPT_BYTES_MAX = 60_000
TEMPLATES = sorted(path for path in Path("templates").rglob("*.html"))
OURS = [path for path in TEMPLATES if "admin" not in path.parts]
SHEET_FILES = sorted(Path("static/css").glob("*.css"))


def test_all_script_together_is_small() -> None:
    scripts = [*Path("static/js").glob("*.js"), *Path("static/vendor").glob("*.js")]
    assert sum(script.stat().st_size for script in scripts) < SCRIPT_BYTES_MAX


@pytest.mark.parametrize("path", TEMPLATES, ids=str)
def test_a_template_carries_no_script_no_style_and_no_foreign_address(path: Path) -> None:
    text = re.sub(r"{%\s*comment.*?endcomment\s*%}", "", path.read_text(), flags=re.DOTALL)
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", text)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text, re.IGNORECASE)
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=str)
def test_a_template_compiles(path: Path) -> None:
    get_template(str(path.relative_to("templates")))


@pytest.mark.parametrize("path", OURS, ids=str)
def test_a_block_that_a_template_fills_is_there_to_be_filled(path: Path) -> None:
    text = path.read_text()
    parent = re.search(r'{% extends "([^"]+)" %}', text)
    filled = set(re.findall(r"{% block (\w+) %}", text)) if parent else set()
    assert filled <= _blocks(parent[1] if parent else "") | _inner(text)


def _blocks(name: str) -> set[str]:
    """The blocks of a template and of those it extends."""
    if not name:
        return set()
    text = Path("templates", name).read_text()
    parent = re.search(r'{% extends "([^"]+)" %}', text)
    return set(re.findall(r"{% block (\w+) %}", text)) | _blocks(parent[1] if parent else "")


def _inner(text: str) -> set[str]:
    """Blocks within blocks are new places, not fillings."""
    found, depth = set(), 0
    for opened, name in re.findall(r"{% (block|endblock) ?(\w*) %}", text):
        if opened == "block":
            found |= {name} if depth else set()
        depth += 1 if opened == "block" else -1
    return found


def test_every_sheet_is_linked_and_loads_nothing_from_elsewhere() -> None:
    assert {f"css/{path.name}" for path in SHEET_FILES} == set(SHEETS)
    for path in SHEET_FILES:
        assert not re.search(r"@import|url\(", path.read_text()), path


def test_no_sheet_uses_a_token_that_is_not_there() -> None:
    text = "".join(path.read_text() for path in SHEET_FILES)
    given = set(re.findall(r"(--[a-z0-9-]+)\s*:", text))
    assert set(re.findall(r"var\((--[a-z0-9-]+)", text)) <= given


@pytest.mark.parametrize("path", TEMPLATES, ids=str)
def test_icons_and_files_that_a_template_names_exist(path: Path) -> None:
    drawn = set(re.findall(r'id="i-([a-z]+)"', Path("templates/components/sprite.html").read_text()))
    text = path.read_text()
    assert set(re.findall(r'{% icon "([a-z]+)"', text)) <= drawn
    for name in re.findall(r"{% static '([^']+)'", text):
        assert finders.find(name), name


def test_the_policy_allows_nothing_inline_and_nobody_else() -> None:
    allowed = {
        str(source)
        for sources in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].values()
        for source in sources
    }
    assert allowed <= {"'none'", "'self'", "data:"}
    assert "data:" not in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["script-src"]


def test_htmx_makes_no_style_evaluates_nothing_and_keeps_no_page() -> None:
    told = Path("templates/components/scripts.html").read_text()
    for setting in (
        '"includeIndicatorStyles":false',
        '"allowEval":false',
        '"allowScriptTags":false',
        '"historyCacheSize":0',
    ):
        assert setting in told


def test_vendored_files_name_their_licence() -> None:
    told = Path("static/vendor/README.md").read_text()
    for path in Path("static/vendor").glob("*.js"):
        assert f"`{path.name}`" in told
