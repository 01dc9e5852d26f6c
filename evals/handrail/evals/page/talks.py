"""Conversations on a page: who said what, with the words that findings rest on marked."""

from collections.abc import Iterator, Sequence

from handrail.conversation.events import BotSaid, Checked, CustomerSaid, Event, Finding
from handrail.evals.page.markup import Html, h, joined
from handrail.evals.story import told_of
from handrail.evals.trace import Played
from handrail.evals.verdicts import wrong

LONG = 4000
"""Characters of a line that are shown."""


def talk(log: Sequence[Event]) -> Html:
    """A conversation, line by line, the parts of a reply together."""
    found = _found(log)
    lines: list[Html] = []
    reply: list[str] = []
    reply_id = ""
    for event in log:
        data = event.data
        if reply and not (isinstance(data, BotSaid) and data.reply_id == reply_id):
            parts = list(told_of(event))
            if not parts:
                continue
            lines.append(_line("agent", "".join(reply)))
            reply = []
        if isinstance(data, BotSaid):
            reply_id = data.reply_id
            reply.append(data.text)
        elif isinstance(data, CustomerSaid):
            lines.append(_line("customer", _marked(data.text, found.get(event.seq, []))))
        else:
            lines += [_line(who, text) for who, text in told_of(event)]
    if reply:
        lines.append(_line("agent", "".join(reply)))
    return h("ol", *lines, class_="talk")


def case_of(played: Played, *, open_: bool = False) -> Html:
    """A case that is not right: what is wrong with it, what was found with its evidence, and the conversation."""
    why = [h("li", h("b", score.name.replace("_", " ")), ": ", score.detail) for score in played.scores if wrong(score)]
    found = list(_evidence(played.log))
    return h(
        "details",
        h("summary", h("b", played.case.id), " ", played.case.purpose),
        h("ul", *why, class_="why") if why else "",
        talk(played.log),
        h("ul", *found, class_="found") if found else "",
        open=open_,
    )


def _line(who: str, text: str) -> Html:
    said = text if isinstance(text, Html) else joined(text[:LONG], "…" if len(text) > LONG else "")
    return h("li", h("span", who, class_="who") if who else "", h("span", said), class_=who or "did")


def _found(log: Sequence[Event]) -> dict[int, list[Finding]]:
    """What asks for more than a note in each line of the customer's, by its seq."""
    checked = [e.data for e in log if isinstance(e.data, Checked) and e.data.direction == "inbound"]
    return {
        int(c.subject): [f for f in c.findings if f.action != "note"] for c in checked if isinstance(c.subject, int)
    }


def _marked(text: str, findings: Sequence[Finding]) -> Html:
    """The text with the spans of findings marked, up to where it is cut."""
    inside = set[int]()
    for finding in findings:
        if finding.span is not None:
            inside |= set(range(*finding.span))
    parts: list[Html] = []
    at = 0
    text = text[:LONG]
    while at < len(text):
        end = at
        while end < len(text) and (end in inside) == (at in inside):
            end += 1
        parts.append(h("mark", text[at:end]) if at in inside else joined(text[at:end]))
        at = end
    return joined(*parts)


def _evidence(log: Sequence[Event]) -> Iterator[Html]:
    """Each finding that asked for something: its check, score and reason, and the words it rests on."""
    said = {event.seq: event.data.text for event in log if isinstance(event.data, CustomerSaid)}
    for event in log:
        if not isinstance(event.data, Checked):
            continue
        for finding in event.data.findings:
            if finding.action == "note":
                continue
            text = event.data.text or (said.get(event.data.subject, "") if isinstance(event.data.subject, int) else "")
            words = text[slice(*finding.span)] if finding.span and text else ""
            yield h(
                "li",
                h("b", f"{finding.check}/{finding.name}"),
                f" {finding.score:.2f}, {finding.action} ({event.data.direction})",
                f": {finding.reason}" if finding.reason else "",
                joined(" ", h("q", words[:300])) if words else "",
                f" [{', '.join(finding.evidence)}]" if finding.evidence else "",
            )
