"""One shape for every log line, and no secret in any of them."""

from __future__ import annotations

import re
from typing import Any

import structlog

HIDDEN = "•••"
SECRET_NAME = re.compile(
    r"pass(word|wd)?$|secret|token|api_?key|fernet|authorization|cookie|credential|signature", re.IGNORECASE
)
SECRET_TEXT = re.compile(r"((?:sk|rk|whsec)_[A-Za-z]*_?|gAAAA|(?:Bearer|Basic)\s+|://[^\s:/@]*:)[^\s@'\",;]+")


def configuration(level: str, shape: str) -> dict[str, Any]:
    before: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    draw = (
        structlog.processors.JSONRenderer()
        if shape == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": before,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, redact, draw],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            "django-q": {"handlers": [], "propagate": True},
        },
    }


def redact(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return {name: HIDDEN if SECRET_NAME.search(name) else _masked(value) for name, value in event.items()}


def _masked(value: Any) -> Any:
    match value:
        case str():
            return SECRET_TEXT.sub(lambda found: found.group(1) + HIDDEN, value)
        case dict():
            return {
                key: HIDDEN if SECRET_NAME.search(str(key)) else _masked(item) for key, item in value.items()
            }
        case list() | tuple():
            return [_masked(item) for item in value]
        case _:
            return value
