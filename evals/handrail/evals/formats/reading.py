"""Reading a file of another maker: every record becomes a transcript or a case, or is named with what is wrong."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from handrail.conversation.errors import Invalid
from handrail.evals.case import Case
from handrail.evals.formats.building import Options
from handrail.evals.formats.chats import abcd, openai, star
from handrail.evals.formats.desks import chatwoot, zendesk
from handrail.evals.formats.records import records
from handrail.evals.formats.tables import table
from handrail.evals.formats.tasks import inspect, tau2
from handrail.evals.transcript import Transcript

Made = Transcript | Case
Maker = Callable[[str, Any, Options], Made]

MAKERS: dict[str, Maker] = {
    "openai": openai, "star": star, "abcd": abcd, "chatwoot": chatwoot, "zendesk": zendesk, "tau2": tau2,
    "inspect": inspect,
}  # fmt: skip
FORMATS = (*MAKERS, "csv")
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Imported:
    """What could be read, in its order, and what could not, as `where: what is wrong`."""

    made: tuple[Made, ...]
    bad: tuple[str, ...]


def imported(path: Path, kind: str, options: Options, *, skip_bad: bool = False) -> Imported:
    """Read a file. Raises `Invalid` naming bad records unless `skip_bad`, and where nothing at all can be read."""
    made: dict[str, Made] = {}
    bad: list[str] = []
    for where, one in _made(path, kind, options):
        if isinstance(one, ValueError):
            bad.append(f"{where}: {_told(one)}")
        elif one.id in made:
            bad.append(f"{where}: there is a conversation {one.id!r} already")
        else:
            made[one.id] = one
    if bad and not skip_bad:
        more = [f"… and {len(bad) - SHOWN} more"] if len(bad) > SHOWN else []
        raise Invalid(
            "\n".join([*bad[:SHOWN], *more, f"{len(bad)} bad records; --skip-bad takes the {len(made)} others"])
        )
    if not made:
        raise Invalid(f"there is no conversation in {path.name}")
    return Imported(tuple(made.values()), tuple(bad))


def _made(path: Path, kind: str, options: Options) -> Iterator[tuple[str, Made | ValueError]]:
    if kind == "csv":
        yield from table(path, options)
        return
    for where, record in records(path):
        try:
            yield where, MAKERS[kind](where, record, options)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            # Records of others come in any shape: what does not fit is named, with what it stumbled over.
            yield where, error if isinstance(error, ValueError) else ValueError(f"it has another shape: {error}")


def _told(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, p['loc'])) or 'it'}: {p['msg']}" for p in error.errors()[:3])
    return str(error)
