"""Prints the table of settings as the README shows it: it is made from the settings module, never by hand."""

from __future__ import annotations

import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from mlconnector.environment import Variable
from mlconnector.settings import env

HEAD = "| variable | is | default | in production | what it does |\n|---|---|---|---|---|"


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--into", type=Path, metavar="FILE", help="replace the table that stands in a file"
        )

    def handle(self, *args: Any, into: Path | None, **options: Any) -> None:
        if into is None:
            self.stdout.write(table())
        else:
            old = re.compile(re.escape(HEAD) + r"(\n\|.*)*")
            into.write_text(old.sub(lambda _: table(), into.read_text()))


def table() -> str:
    return "\n".join([HEAD, *map(_row, env.declared)])


def _row(variable: Variable) -> str:
    default = f"`{variable.default}`" if variable.default else ""
    cells = (f"`{variable.name}`", variable.kind, default, variable.production, variable.help)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
