"""What kind of value an argument takes: told by its schema, else by its name and description."""

import re
from collections.abc import Mapping
from typing import Any, Literal

from handrail.agent.models.offline.words import humanised
from handrail.agent.tools.api import Id

Kind = Literal[
    "id",
    "choice",
    "flag",
    "count",
    "amount",
    "day",
    "time",
    "moment",
    "email",
    "phone",
    "address",
    "text",
    "list",
    "other",
]

EXAMPLE = re.compile(
    r"(?:as in|such as|like|e\.g\.|for example|for instance)\s+['\"“]?(#?[A-Za-z]*[-_]?\d[\w-]*|[A-Z]{3}\d*|"
    r"[A-Z0-9]{5,8})['\"”]?"
)
SIMPLE: Mapping[Any, Kind] = {"boolean": "flag", "array": "list", "object": "other"}
FORMS: Mapping[str, Kind] = {"date": "day", "date-time": "moment", "time": "time", "email": "email"}
COUNTING = re.compile(r"\b(how many|number of|quantity|count|amount of (?:people|items))\b", re.IGNORECASE)


def kind_of(name: str, field: Mapping[str, Any], description: str, mark: Id | None) -> tuple[Kind, str]:
    """The kind, and for an identifier its pattern (empty where nothing tells its form)."""
    type_, form = field.get("type"), field.get("format", "")
    if isinstance(type_, list):
        type_ = next((t for t in type_ if t != "null"), "string")
    if field.get("enum"):
        return "choice", ""
    if mark:
        return "id", mark.pattern
    if type_ in SIMPLE:
        return SIMPLE[type_], ""
    if type_ in ("integer", "number"):
        return ("count" if type_ == "integer" or COUNTING.search(description) else "amount"), ""
    return (FORMS[form], "") if form in FORMS else _of_text(name, field, description)


def _of_text(name: str, field: Mapping[str, Any], description: str) -> tuple[Kind, str]:
    words, told = humanised(name), description.lower()
    pattern = str(field.get("pattern", "")).removeprefix("^").removesuffix("$")
    spoken: tuple[tuple[str, Kind], ...] = (
        (r"\be ?mails?\b", "email"), (r"\b(phone|mobile|telephone|cell)\b", "phone"), (r"\baddress\b", "address"),
    )  # fmt: skip
    for sign, kind in spoken:
        if re.search(sign, words) or (
            not re.search(r"\bid\b", words) and re.search(sign, told) and words in ("to", "value", "contact")
        ):
            return kind, ""
    if re.search(r"\b(date|day)\b", words) or re.search(r"yyyy-mm-dd(?!t)", told):
        return "day", ""
    if re.search(r"\btime\b", words) or "hh:mm" in told:
        return "time", ""
    identifies = re.search(r"\b(id|number|no|code|reference|ref)\b", words)
    if pattern and re.search(r"\d|\[", pattern):
        return "id", pattern
    if identifies:
        return "id", _shape(description, field)
    return "text", ""


def _shape(description: str, field: Mapping[str, Any]) -> str:
    """A pattern drawn from an example of an id (`as in '#W0000000'`); empty where there is none."""
    examples = [str(example) for example in field.get("examples", ())]
    if found := EXAMPLE.search(description):
        examples.append(found[1])
    if not examples:
        return ""
    example = examples[0]
    if (
        re.fullmatch(r"[A-Z0-9]{5,8}", example)
        and re.search(r"[A-Z]", example)
        and not re.fullmatch(r"[A-Z]+\d+", example)
    ):
        return rf"(?=[A-Z]*\d)[A-Z0-9]{{{len(example)}}}"
    return re.sub(r"\d+", lambda m: rf"\d{{{len(m[0])}}}", re.escape(example).replace(r"\#", "#").replace(r"\-", "-"))
