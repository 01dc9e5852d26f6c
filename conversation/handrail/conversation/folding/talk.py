"""What was said, and who the customer is."""

from dataclasses import replace
from typing import Any

from handrail.conversation import events as e
from handrail.conversation.events import Event
from handrail.conversation.folding.keep import recent
from handrail.conversation.situation import Challenge, Identity, Line, OpenReply, Parked, Situation

Changes = dict[str, Any]


def opened(_: Situation, event: Event, data: e.Opened) -> Changes:
    return {
        "opened_at": event.at, "channel": data.channel, "language": data.language, "timezone": data.timezone,
    }  # fmt: skip


def customer_said(situation: Situation, event: Event, data: e.CustomerSaid) -> Changes:
    line = Line(event.seq, event.at, "customer", data.text, wants_person=data.wants_person)
    return {
        "lines": recent(situation.lines, line), "first": situation.first or line, "heard": event.seq, "closed": False,
    }  # fmt: skip


def bot_said(situation: Situation, event: Event, data: e.BotSaid) -> Changes:
    lines = situation.lines
    # The customer may have written between two parts, so the first part need not be the last line.
    for place in range(len(lines) - 1, -1, -1):
        if lines[place].reply_id == data.reply_id:
            lines = (*lines[:place], _joined(lines[place], data), *lines[place + 1 :])
            break
    else:
        line = Line(event.seq, event.at, "bot", data.text, citations=data.citations, reply_id=data.reply_id)
        lines = recent(lines, line)
    turn_id, upto = situation.started
    upto = upto if turn_id == data.turn_id else situation.heard
    return {"lines": lines, "open_reply": OpenReply(data.turn_id, data.reply_id, data.part, upto)}


def _joined(line: Line, data: e.BotSaid) -> Line:
    gap = "" if not line.text or line.text[-1:].isspace() or data.text[:1].isspace() else " "
    citations = line.citations + tuple(c for c in data.citations if c not in line.citations)
    return replace(line, text=f"{line.text}{gap}{data.text}", citations=citations)


def person_said(situation: Situation, event: Event, data: e.PersonSaid) -> Changes:
    return {"lines": recent(situation.lines, Line(event.seq, event.at, "person", data.text, name=data.name))}


def announced(situation: Situation, event: Event, data: e.Announced) -> Changes:
    return {"lines": recent(situation.lines, Line(event.seq, event.at, "system", data.text))}


def rated(_: Situation, __: Event, data: e.Rated) -> Changes:
    return {"rating": data.score}


def closed(_: Situation, __: Event, ___: e.Closed) -> Changes:
    return {"closed": True}


def identity_asked(_: Situation, event: Event, data: e.IdentityAsked) -> Changes:
    return {"parked": Parked(event.seq, data.tool, data.arguments)}


def code_sent(_: Situation, __: Event, data: e.CodeSent) -> Changes:
    return {"challenge": Challenge(data.challenge_id, data.customer_id, data.to, data.digest, data.expires_at)}


def code_refused(situation: Situation, _: Event, data: e.CodeRefused) -> Changes:
    challenge = situation.challenge
    if challenge is None or challenge.challenge_id != data.challenge_id:
        return {}
    return {"challenge": replace(challenge, tries=data.tries)}


def identity_proven(situation: Situation, event: Event, data: e.IdentityProven) -> Changes:
    if situation.identity.level == "verified" and data.level != "verified":
        return {}  # a claim that came in beside the proof takes nothing back
    identity = Identity(
        data.level, data.customer_id or None, data.name, data.customer_ref, data.method, event.seq, data.by, data.how,
        data.facts,
    )  # fmt: skip
    # A claim comes with the code that is to prove it; the proof uses the code up.
    return {"identity": identity, "challenge": None if data.level == "verified" else situation.challenge}
