"""Django's own commands, with trouble that a person can mend told in one line instead of a traceback."""

from __future__ import annotations

import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from mlconnector.postgres import DatabaseTrouble

FIRST = """The project's own:
  demo    the whole product on this machine, from nothing, until Ctrl-C
  test    every gate in order; with arguments, pytest with those
  serve   web and worker processes in production mode
"""


def main(argv: list[str]) -> int:
    if argv[1:] in ([], ["help"], ["--help"]):
        print(FIRST)
    try:
        execute_from_command_line(argv)
    except (ImproperlyConfigured, DatabaseTrouble) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    return 0
