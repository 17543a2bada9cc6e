"""Logs: one event a line, UTC, with a request id; JSON in production; secrets and control characters never pass."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor, WrappedLogger

SECRET_KEYS = re.compile(
    r"pass(word|wd)?|secret|token|cookie|authorization|session|csrf|code$|signature", re.IGNORECASE
)
SECRET_VALUES = re.compile(
    r"sk_(live|test)_\w+|rk_(live|test)_\w+|whsec_\w+|-----BEGIN [A-Z ]+-----|[?&](code|token|key)=[^&\s'\"]+",
    re.IGNORECASE,
)
CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")
HIDDEN = "[hidden]"


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Hide what a log must not keep, and make line breaks visible so that no line can be forged (OPS-6, KEY-3)."""
    for key, value in event.items():
        if key in {"exception", "event", "level", "timestamp", "logger"}:
            event[key] = _clean(value) if key != "exception" else SECRET_VALUES.sub(HIDDEN, str(value))
        elif SECRET_KEYS.search(key) and not key.endswith("_id") and not isinstance(value, int):
            event[key] = HIDDEN
        else:
            event[key] = _clean(value)
    return event


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", SECRET_VALUES.sub(HIDDEN, value))
    return value


QUIETER = {
    "elastic_transport": {"level": "WARNING"},  # it tells every request
    "fontTools": {"level": "WARNING"},
    "pyhanko": {"level": "WARNING"},
    "waitress.queue": {"level": "ERROR"},  # a request that waits for a thread is no news
}


_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.StackInfoRenderer(),
    structlog.processors.format_exc_info,
    redact,
]


def configure(*, as_json: bool) -> dict[str, Any]:
    """Set structlog up and return Django's LOGGING for the same shape of lines."""
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    # Tracebacks without the values of variables: those may be people's data.
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
                "foreign_pre_chain": _SHARED,
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["stderr"], "level": "INFO" if as_json else "WARNING"},
        "loggers": {
            "django.server": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
            "django": {"level": "INFO" if as_json else "WARNING"},
            **QUIETER,
        },
    }
