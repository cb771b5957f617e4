"""Django's own commands, with trouble that a person can mend told in one line instead of a traceback."""

from __future__ import annotations

import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from mlconnector.postgres import DatabaseTrouble


def main(argv: list[str]) -> int:
    try:
        execute_from_command_line(argv)
    except (ImproperlyConfigured, DatabaseTrouble) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    return 0
