#!/usr/bin/env python3
"""The one command of the project: `python3 manage.py demo`, `test`, `serve`, and whatever Django offers."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 (for those who have less)
    sys.exit("ml-connector needs Python 3.11 or newer; this one is %d.%d." % sys.version_info[:2])  # noqa: UP031

from mlconnector import bootstrap

if __name__ == "__main__":
    bootstrap.main()
