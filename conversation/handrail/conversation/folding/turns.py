"""What the bot looked at, found and decided."""

from dataclasses import replace
from typing import Any

from handrail.conversation import events as e
from handrail.conversation.events import Event
from handrail.conversation.folding.keep import recent
from handrail.conversation.situation import RECENT, Consulted, Mood, Situation, ToolResult

Changes = dict[str, Any]


def turn_started(situation: Situation, _: Event, data: e.TurnStarted) -> Changes:
    return {"turns": situation.turns + 1, "started": (data.turn_id, data.upto), "under_way": True}


def checked(situation: Situation, event: Event, data: e.Checked) -> Changes:
    seq = data.subject if isinstance(data.subject, int) and data.direction == "inbound" else event.seq
    strong = tuple((seq, f.check, f.name) for f in data.findings if f.action != "note")
    changes: Changes = {"findings": (situation.findings + strong)[-RECENT:]} if strong else {}
    scores = {f.name: f.score for f in data.findings if f.check == "sentiment"}
    if data.direction == "inbound" and "score" in scores:
        mood = Mood(seq, scores["score"] * 2 - 1, scores.get("frustration", 0.0))
        # A line is checked again when a turn is taken up after a crash: one line, one mood.
        changes["moods"] = recent(tuple(m for m in situation.moods if m.seq != seq), mood)
    return changes


def consulted(situation: Situation, event: Event, data: e.Consulted) -> Changes:
    passages = tuple(p.passage for p in data.passages)
    return {"consulted": recent(situation.consulted, Consulted(event.seq, data.turn_id, passages, data.relevance))}


def tool_ran(situation: Situation, event: Event, data: e.ToolRan) -> Changes:
    result = ToolResult(event.seq, data.tool, data.arguments, data.ok, data.result, data.error, data.message)
    parked = situation.parked
    # It waits no more, but a turn that is cut short before its answer has to make it again.
    made: Changes = {"parked": replace(parked, made=True)} if parked and parked.tool == data.tool else {}
    return {"results": recent(situation.results, result), **made}


def engine_switched(_: Situation, __: Event, data: e.EngineSwitched) -> Changes:
    return {"stand_in": "" if data.back else data.after}


def turn_ended(situation: Situation, event: Event, data: e.TurnEnded) -> Changes:
    reply, parked = situation.open_reply, situation.parked
    # A reply that was cut short is ended by the turn that went on with it.
    over = reply is not None and (reply.turn_id == data.turn_id or reply.reply_id == data.reply_id)
    return {
        "answered": max(situation.answered, data.upto),
        "last_outcome": data.outcome,
        "outcomes": recent(situation.outcomes, data.outcome),
        "open_reply": None if over else reply,
        "parked": None if parked and parked.made else parked,
        "ended": event.seq,
        "under_way": False,
    }


def unparked(situation: Situation, tool: str) -> Changes:
    """The call that waited for a proof of identity waits no more once its tool was asked for."""
    return {"parked": None} if situation.parked and situation.parked.tool == tool else {}
