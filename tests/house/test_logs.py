"""Nothing secret reaches a log line, whichever way it comes: by name, in a text, in a nested value or in a traceback."""

from __future__ import annotations

import io
import json
import logging
import logging.config
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from mlconnector import logs

CANARY = "51HushHushHushHushHush"


@pytest.fixture
def written() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    stream = io.StringIO()
    shape = logs.configuration("INFO", "json")["formatters"]["line"]
    maker = shape.pop("()")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(maker(**shape))
    root = logging.getLogger()
    root.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)


def boom() -> None:
    raise ValueError(f"the vendor said no to Bearer {CANARY}")


@pytest.mark.parametrize(
    "log",
    [
        lambda: structlog.get_logger("t").warning("signed in", api_key=CANARY),
        lambda: structlog.get_logger("t").warning(
            "sent", headers={"Authorization": CANARY, "cookies": [CANARY]}
        ),
        lambda: structlog.get_logger("t").warning(f"key sk_test_{CANARY} refused"),
        lambda: logging.getLogger("t").warning("at %s", f"postgres://app:{CANARY}@db/x"),
        lambda: logging.getLogger("t").warning("header %s", f"Bearer {CANARY}"),
        lambda: logging.getLogger("t").warning("token gAAAA%s", CANARY),
    ],
)
def test_a_secret_is_masked(written: Callable[[], list[dict[str, Any]]], log: Callable[[], None]) -> None:
    log()
    lines = written()
    assert len(lines) == 1 and CANARY not in json.dumps(lines)
    assert logs.HIDDEN in json.dumps(lines, ensure_ascii=False)


def test_a_traceback_is_masked_and_kept(written: Callable[[], list[dict[str, Any]]]) -> None:
    try:
        boom()
    except ValueError:
        logging.getLogger("t").exception("failed")
    text = json.dumps(written())
    assert CANARY not in text and "in boom" in text


def test_a_line_says_when_what_and_where(written: Callable[[], list[dict[str, Any]]]) -> None:
    structlog.get_logger("connectors.engine").info("delivered", record="ch_1")
    (line,) = written()
    assert (line["event"], line["record"], line["level"], line["logger"]) == (
        "delivered",
        "ch_1",
        "info",
        "connectors.engine",
    )
    assert line["timestamp"].endswith("Z")
