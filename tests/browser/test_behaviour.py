"""What a script adds, and that nothing depends on it: theme, dialogs, keys, the rail on a phone, paper."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.browser import world
from tests.browser.conftest import Opened
from tests.browser.world import World

PHONE = {"viewport": {"width": 360, "height": 740}}
NO_SCRIPT = {"java_script_enabled": False}


def people(opened: Opened, there: World, **options: Any) -> Page:
    page = opened(there.owner, **options)
    page.goto(reverse("people", args=[there.tenant.slug]))
    return page


def theme_of(page: Page) -> str | None:
    return page.locator("html").get_attribute("data-theme")


def test_the_theme_changes_at_once_and_stays_with_the_person(opened: Opened) -> None:
    there = world.made()
    page = people(opened, there)
    page.evaluate("window.same = true")
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("window.same") is True
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(19, 24, 23)"
    elsewhere = people(opened, there)
    assert theme_of(elsewhere) == "dark"
    there.owner.refresh_from_db()
    assert there.owner.theme == "dark"


def test_the_theme_changes_without_a_script_and_leads_back(opened: Opened) -> None:
    page = people(opened, world.made(), **NO_SCRIPT)
    address = page.url
    page.get_by_role("button", name="Light").click()
    assert page.url == address
    assert theme_of(page) == "light"


def test_a_question_opens_over_the_page_and_gives_the_focus_back(opened: Opened) -> None:
    page = people(opened, world.made())
    address = page.url
    link = page.get_by_role("link", name="Invite a colleague")
    link.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Invite a colleague")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_label("E-mail address")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(link).to_be_focused()
    assert page.url == address


def test_a_question_is_a_page_without_a_script(opened: Opened) -> None:
    page = people(opened, world.made(), **NO_SCRIPT)
    page.get_by_role("link", name="Invite a colleague").click()
    assert page.url.endswith("/people/invite")
    page.get_by_label("E-mail address").fill("later@northmoor.example")
    page.get_by_label("Viewer").check()
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_role("rowheader", name="later@northmoor.example")).to_be_visible()


def test_keys_walk_the_rows_select_explain_and_replay(opened: Opened) -> None:
    page = opened(world.made().owner)
    page.goto(reverse("components"))
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator(".list li").first.locator("a").first).to_be_focused()
    row = page.locator("tr[data-row]").first
    row.locator("th a").focus()
    page.keyboard.press("x")
    expect(row.get_by_role("checkbox")).to_be_checked()
    cause = page.locator(".work > details").first
    cause.locator("summary").focus()
    page.keyboard.press("e")
    expect(cause).not_to_have_attribute("open", "")
    page.evaluate(
        "document.querySelector('[data-key=r]').addEventListener('click', () => { window.replayed = true })"
    )
    page.keyboard.press("r")
    assert page.evaluate("window.replayed") is True


def test_a_key_is_only_a_letter_where_somebody_types(opened: Opened) -> None:
    page = opened(world.made().owner)
    page.goto(reverse("components"))
    field = page.get_by_label("Name", exact=True)
    field.fill("")
    field.press_sequentially("jxe?")
    expect(field).to_have_value("jxe?")
    expect(page.locator("#dialog")).to_be_hidden()


def test_the_list_of_keys_opens_by_its_key_and_keys_can_be_turned_off(opened: Opened) -> None:
    page = opened(world.made().owner)
    page.goto(reverse("components"))
    page.keyboard.press("?")
    page.get_by_role("dialog").get_by_role("button", name="Turn keys off").click()
    page.goto(reverse("components"))
    page.keyboard.press("?")
    page.wait_for_timeout(300)
    expect(page.locator("#dialog")).to_be_hidden()


def test_one_tick_selects_all_that_are_shown(opened: Opened) -> None:
    page = opened(world.made().owner)
    page.goto(reverse("components"))
    page.get_by_label("Select all shown").check()
    assert page.locator("input[name=row]:checked").count() == 3


def test_a_toast_is_spoken_and_can_be_dismissed(opened: Opened) -> None:
    page = opened(world.made().owner)
    page.goto(reverse("components") + "?toast")
    toast = page.get_by_role("status").get_by_text("None can post twice")
    expect(toast).to_be_visible()
    page.get_by_role("button", name="Dismiss").click()
    expect(toast).to_be_hidden()


def test_the_rail_opens_on_a_phone_with_and_without_a_script(opened: Opened) -> None:
    there = world.made()
    for options in (PHONE, PHONE | NO_SCRIPT):
        page = people(opened, there, **options)
        rail = page.get_by_role("complementary", name="Company and navigation")
        expect(rail).to_be_hidden()
        page.get_by_role("link", name="Menu").click()
        expect(rail).to_be_visible()
        rail.get_by_role("link", name="Close").click()
        expect(rail).to_be_hidden()


def test_the_way_past_the_rail_is_the_first_stop(opened: Opened) -> None:
    page = people(opened, world.made())
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("main :focus")).to_have_count(1)


def test_paper_has_the_matter_and_not_the_controls(opened: Opened) -> None:
    page = people(opened, world.made())
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for control in (".rail", ".topbar", ".head .acts", ".toasts"):
        expect(page.locator(control).first).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_nothing_moves_for_those_who_asked_for_rest(opened: Opened) -> None:
    page = opened(world.made().owner, reduced_motion="reduce")
    page.goto(reverse("components"))
    moving = "[...document.querySelectorAll('*')].filter(e => { const s = getComputedStyle(e); return parseFloat(s.transitionDuration) > 0 && s.transitionProperty !== 'none' || s.animationName !== 'none' }).length"
    assert page.evaluate(moving) == 0


def test_an_injected_script_does_not_run(opened: Opened) -> None:
    there = world.made()
    there.owner.name = "<img src=x onerror='window.harm=1'><script>window.harm=1</script>"
    there.owner.save()
    page = people(opened, there)
    page.evaluate("document.body.insertAdjacentHTML('beforeend', `<img src=x onerror='window.harm=1'>`)")
    page.wait_for_timeout(200)
    assert page.evaluate("window.harm") is None
