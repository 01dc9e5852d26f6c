"""Chats of models and of research: OpenAI's chat JSON lines, STAR and ABCD."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from handrail.evals.formats.building import Options, dict_of, list_of, said_so, tag, transcript
from handrail.evals.transcript import Transcript

STAR = datetime(2020, 10, 22, tzinfo=UTC)
"""When STAR was published (Mosig and others 2020): its answers carry no dates."""
ANNOYED = "user_annoyed"


def openai(where: str, record: Any, options: Options) -> Transcript:
    """`{"messages": [{"role", "content"}]}`, as models are fitted on and chats are logged: what the user and the
    assistant said. System lines, tool calls and their results are left out."""
    given = dict_of(record)
    about = given.get("metadata") if isinstance(given.get("metadata"), dict) else {}
    assert isinstance(about, dict)
    name = given.get("id") or about.get("id") or where
    said = options.escalate and (given.get(options.escalate, about.get(options.escalate)))
    labels = {key: value for key, value in about.items() if key not in ("id", options.escalate) and _plain(value)}
    return transcript(
        name, _messages(given), tags=tag(said_so(said), f"field {options.escalate}", options.now), labels=labels
    )


def _messages(given: dict[str, Any]) -> Iterator[tuple[bool, str]]:
    for message in list_of(given, "messages"):
        one = dict_of(message)
        if one.get("role") in ("user", "assistant"):
            yield one["role"] == "user", _content(one.get("content"))


def _content(content: Any) -> str:
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return "" if content is None else str(content)


def star(where: str, record: Any, options: Options) -> Transcript:
    """A dialogue of STAR (Mosig and others 2020), as published or as rows of `turns`.

    Nobody was asked there whether a person should take over. That the customer got annoyed (`user_annoyed`), or what
    `escalate` names, stands in for it, and the tag says so.
    """
    given = dict_of(record)
    field = options.escalate or ANNOYED
    if "Events" in given:
        lines = [
            (event.get("Agent") == "User", event.get("Text"))
            for event in list_of(given, "Events")
            if event.get("Action") == "utter" and event.get("Agent") in ("User", "Wizard")
        ]
        scenario = dict_of(given.get("Scenario", {}))
        said = _answer(given, "UserAnnoyed" if field == ANNOYED else field)
        labels = {
            "happy_path": scenario.get("Happy"),
            "multitask": scenario.get("MultiTask"),
            "domain": "+".join(map(str, scenario.get("Domains", []))),
        }
        return transcript(given.get("DialogueID"), lines, tags=tag(said, f"{field} (stands in)", STAR), labels=labels)
    lines = [(turn.get("role") == "customer", turn.get("text")) for turn in list_of(given, "turns")]
    labels = {
        "happy_path": given.get("happy_path"),
        "multitask": given.get("multitask"),
        "domain": "+".join(map(str, given.get("domains", []))),
    }
    said = said_so(given.get(field))
    if field == "task_done" and said is not None:
        said = not said
    return transcript(given.get("id"), lines, tags=tag(said, f"{field} (stands in)", STAR), labels=labels)


def _answer(given: dict[str, Any], name: str) -> bool | None:
    """An answer of a questionnaire, wherever it stands."""
    for part in (given, *(value for value in given.values() if isinstance(value, dict))):
        if name in part:
            return said_so(part[name])
    return None


def abcd(where: str, record: Any, options: Options) -> Transcript:
    """A dialogue of ABCD (Chen and others 2021): `original` without the agent's actions; flow and subflow as labels."""
    given = dict_of(record)
    scenario = dict_of(given.get("scenario", {}))
    lines = [(who == "customer", text) for who, text in list_of(given, "original") if who in ("customer", "agent")]
    labels = {"flow": scenario.get("flow"), "subflow": scenario.get("subflow")}
    return transcript(given.get("convo_id"), lines, labels=labels)


def _plain(value: Any) -> bool:
    return isinstance(value, str | int | float | bool)
