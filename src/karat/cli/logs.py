"""Log lines: one event a line on stderr, for people in a terminal and as JSON everywhere else."""

import logging
import sys

import structlog

_TALKATIVE = ("uvicorn", "httpx", "PIL")
"""Libraries that narrate what they do: only their warnings are kept."""


def configure(level: str) -> None:
    """Send what Karat and its libraries log to stderr; call it once, at the start of a command."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(_number(level)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers()],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(_number(level))
    for library in _TALKATIVE:
        logging.getLogger(library).setLevel(max(_number(level), logging.WARNING))


def _renderers() -> list[structlog.types.Processor]:
    if sys.stderr.isatty():
        return [structlog.dev.ConsoleRenderer()]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]


def _number(level: str) -> int:
    numbers = logging.getLevelNamesMapping()
    if level.upper() not in numbers:
        raise ValueError(f"KARAT_LOG_LEVEL is {level!r}; it must be debug, info, warning or error.")
    return numbers[level.upper()]
