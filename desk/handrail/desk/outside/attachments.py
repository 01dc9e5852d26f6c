"""Files that are sent at another desk: told by name and link, and never fetched."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

MARK = "[attached]"
LONGEST_NAME, LONGEST_LINK = 120, 2000
MOST = 15
"""As many as Chatwoot lets one message have."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file, place or contact that goes along with a line. `link` is None where there is none that can be told."""

    name: str
    link: str | None = None


def attachment(name: str | None, link: str | None) -> Attachment:
    """An attachment by what another system says of it; a name that is missing is the last word of the link."""
    good = _link(link)
    told = name or (unquote(urlsplit(good).path.rpartition("/")[2]) if good else "")
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in told).split())
    return Attachment(plain[:LONGEST_NAME] or "a file", good)


def told(text: str, attachments: Sequence[Attachment]) -> str:
    """A line with what goes along with it."""
    lines = [f"{MARK} {each.name}{f': {each.link}' if each.link else ''}" for each in attachments[:MOST]]
    return "\n".join([*([text] if text else []), *lines])


def words(text: str) -> str:
    """A line without what goes along with it."""
    return text.partition(f"\n{MARK} ")[0] if not text.startswith(f"{MARK} ") else ""


def _link(link: str | None) -> str | None:
    if not link or len(link) > LONGEST_LINK or not link.isprintable() or " " in link:
        return None
    try:
        parts = urlsplit(link)
    except ValueError:
        return None
    good = parts.scheme in ("https", "http") and parts.hostname and not parts.username and not parts.password
    return link if good else None
