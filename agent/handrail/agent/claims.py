"""What customers say of themselves in a line: an e-mail address, an order number, the code that was sent to them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from handrail.agent.tools.api import Id, Tool
from handrail.guardrails.contact import EMAIL

CODE = re.compile(r"(?<![\w#@.,/€$£+-])(?<!\d )(\d{3})[ -]?(\d{3})(?![\w@/€$£%-]|[.,: ]\d)")
HIDDEN = "[code]"


@dataclass(frozen=True, slots=True)
class Code:
    """A one-time code found in a text, and the text as it may be kept: with the code blacked out."""

    digits: str
    text: str


def ids_of(tools: Iterable[Tool]) -> dict[str, Id]:
    """The identifiers that these tools take, by argument name."""
    return {
        name: mark
        for tool in tools
        for name, field in tool.arguments.model_fields.items()
        for mark in field.metadata
        if isinstance(mark, Id)
    }


def claim_in(text: str, ids: Mapping[str, Id]) -> dict[str, str]:
    """What in `text` may tell who the customer is: `email`, and identifiers by name; empty where nothing does."""
    claim: dict[str, str] = {}
    if email := EMAIL.search(text):
        claim["email"] = email[0].lower()
    without = EMAIL.sub(" ", text)
    for name, mark in ids.items():
        if found := re.search(rf"(?<!\w)(?:{mark.pattern})(?!\w)", without, re.IGNORECASE):
            claim[name] = mark.clean(found[0])
    return claim


def code_in(text: str, ids: Mapping[str, Id]) -> Code | None:
    """The one six-digit code in `text`; None where there is none, or more than one number could be it."""
    found = [match for match in CODE.finditer(text) if not _is_id(match, text, ids)]
    if len({match[1] + match[2] for match in found}) != 1:
        return None
    hidden = CODE.sub(lambda match: match[0] if _is_id(match, text, ids) else HIDDEN, text)
    return Code(digits=found[0][1] + found[0][2], text=hidden)


def masked(address: str) -> str:
    """An e-mail address that only its owner recognises: `s…@example.org`."""
    name, _, domain = address.partition("@")
    return f"{name[:1]}…@{domain}" if domain else ""


def _is_id(match: re.Match[str], text: str, ids: Mapping[str, Id]) -> bool:
    """Whether it is rather an order number, say: it looks like one, and more is said than the number alone."""
    alone = text.strip(" .!") == match[0]
    return not alone and any(re.fullmatch(mark.pattern, match[0]) for mark in ids.values())
