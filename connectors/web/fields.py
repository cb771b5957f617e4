"""Forms drawn from what a system says it needs: nothing about any vendor is written down here.

A secret goes in and never comes back: its field is empty whenever it is shown, also after an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from connectors.system import Credential

SECRET_CHARACTERS_MAX = 8_000
VALUE_CHARACTERS_MAX = 400
PAIRS_MAX = 300


class SealedLine(forms.PasswordInput):
    """One line that a password manager leaves alone; Django already never fills it."""

    def __init__(self, **more: Any) -> None:
        super().__init__(attrs={"autocomplete": "off", "spellcheck": "false", **more})


class SealedText(forms.Textarea):
    """A key of many lines; what was sent is not shown again."""

    def format_value(self, value: Any) -> str:  # noqa: ARG002
        return ""


def field(one: Credential, *, required: bool) -> forms.Field:
    shown: dict[str, Any] = {"label": one.label, "help_text": _help(one), "required": required}
    if one.choices:
        choices = one.choices if required else (("", "Not chosen"), *one.choices)
        return forms.ChoiceField(**shown, choices=choices)
    return forms.CharField(**shown, max_length=_longest(one), widget=_control(one), strip=True)


def read(one: Credential, entered: str) -> Any:
    """What is stored of what was entered. The words of a refusal never repeat a secret."""
    if one.pairs:
        return _pairs(entered)
    if one.pattern and entered and not re.fullmatch(one.pattern, entered):
        looks = f" It looks like {one.example}" if one.example else ""
        what = "A mark was lost or added while copying" if one.secret else "This is not its form"
        raise forms.ValidationError(f"{what}.{looks}")
    return entered


class Values(forms.Form):
    """Some credentials or settings as fields; after checking, each value as it is to be stored."""

    use_required_attribute = False

    def draw(self, wanted: Iterable[Credential], *, all_optional: bool = False) -> None:
        self.wanted = tuple(wanted)
        for one in self.wanted:
            self.fields[one.name] = field(one, required=one.required and not all_optional)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for one in self.wanted:
            try:
                cleaned[one.name] = read(one, cleaned.get(one.name) or "")
            except forms.ValidationError as wrong:
                self.add_error(one.name, wrong)
        return cleaned

    def secrets(self) -> dict[str, str]:
        return {
            one.name: self.cleaned_data[one.name]
            for one in self.wanted
            if one.secret and self.cleaned_data[one.name]
        }

    def into(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The settings with what was entered in its place; an emptied value is gone."""
        chosen = {
            name: dict(value) if isinstance(value, Mapping) else value for name, value in settings.items()
        }
        for one in self.wanted:
            if not one.secret:
                holder = chosen.setdefault(one.within, {}) if one.within else chosen
                holder.pop(one.name, None)
                if self.cleaned_data[one.name]:
                    holder[one.name] = self.cleaned_data[one.name]
        return chosen


def shown(wanted: Iterable[Credential], settings: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the fields at first; of a secret, nothing."""
    found = {}
    for one in wanted:
        if not one.secret:
            value = stored(one, settings)
            found[one.name] = _lines(value) if one.pairs else value
    return found


def stored(one: Credential, settings: Mapping[str, Any]) -> Any:
    holder = settings.get(one.within) or {} if one.within else settings
    return holder.get(one.name) or one.default


def _control(one: Credential) -> forms.Widget:
    if one.secret:
        return SealedText(attrs={"rows": 5, "autocomplete": "off"}) if one.many_lines else SealedLine()
    example = {"placeholder": one.example} if one.example else {}
    if one.many_lines or one.pairs:
        return forms.Textarea(attrs={"rows": 4, "spellcheck": "false", **example})
    return forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", **example})


def _help(one: Credential) -> str:
    form = "One “name = value” a line." if one.pairs else ""
    like = f"Looks like {one.example}" if one.secret and one.example else ""
    return " ".join(part for part in (one.help, form, like) if part)


def _longest(one: Credential) -> int:
    return SECRET_CHARACTERS_MAX if one.secret or one.pairs or one.many_lines else VALUE_CHARACTERS_MAX


def _pairs(entered: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, line in enumerate(entered.splitlines(), 1):
        name, sign, value = (part.strip() for part in line.partition("="))
        if not line.strip():
            continue
        if not (name and sign and value):
            raise forms.ValidationError(f"Line {number} is not “name = value”.")
        found[name] = value
    if len(found) > PAIRS_MAX:
        raise forms.ValidationError(f"At most {PAIRS_MAX} lines.")
    return found


def _lines(value: Any) -> str:
    return "\n".join(f"{name} = {one}" for name, one in value.items()) if isinstance(value, Mapping) else ""
