"""What the server itself logs as gone wrong while it is asked: an answer may look right all the same."""

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from bench.fuzzing.judge import EXCERPT, Fault


class Complaints(logging.Handler):
    """Keeps errors as faults, by the message before its values are put in."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.faults: list[Fault] = []

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        trace = "".join(traceback.format_exception(error)[-4:]) if error else ""
        self.faults.append(
            Fault("the server's log", str(record.msg), record.name, record.getMessage(), trace[-EXCERPT:])
        )


@contextmanager
def complaints() -> Iterator[list[Fault]]:
    """What is logged as an error within the block."""
    handler, logger = Complaints(), logging.getLogger("handrail")
    logger.addHandler(handler)
    try:
        yield handler.faults
    finally:
        logger.removeHandler(handler)
