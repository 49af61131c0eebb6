"""Structured logs: readable lines on a terminal, JSON lines for machines; no rater can be traced.

The addresses of raters' pages hold the token that speaks for the person, so it is masked in
every line, wherever it stands. Tracebacks come without local variables for the same reason.
"""

import re
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

PERSONAL = re.compile(r"/(s|p)/[\w-]{16,}")
ARRIVING = re.compile(r"(/s/[\w-]{16,}/)\?[^\s'\"]*")
"""Panels name the person, and sign it, in the address of the landing page."""


def mask_tokens(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """`/p/kJ3…/trials/…` becomes `/p/…/trials/…` in each text of a line."""
    return {
        key: PERSONAL.sub(r"/\1/…", ARRIVING.sub(r"\1?…", value))
        if isinstance(value, str)
        else value
        for key, value in event.items()
    }


SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    mask_tokens,
]


def logging_config(level: str, style: str) -> dict[str, Any]:
    """Django's LOGGING for a level and a style, “console” or “json”; also sets structlog up."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "processor": renderer,
        "foreign_pre_chain": SHARED,
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"structured": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django.server": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
            "axes": {"level": "WARNING"},
        },
    }
