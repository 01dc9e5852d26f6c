"""Conversations for tests of the desk, written as they happen: the events and the situation they fold to."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from handrail.conversation import events as e
from handrail.conversation.events import Data, Event
from handrail.conversation.fold import fold
from handrail.conversation.situation import Situation

START = datetime(2026, 6, 15, 10, tzinfo=UTC)


class Talk:
    """A conversation in the making. Methods return the seq of what they add."""

    def __init__(self, *, forgotten: bool = False) -> None:
        self.events: list[Event] = []
        self.forgotten = forgotten
        self._ids = count(1)
        self.add(e.Opened(timezone="Europe/Berlin"), "customer")

    @property
    def situation(self) -> Situation:
        return fold(Situation("c"), self.events)

    def add(self, data: Data, actor: str = "system") -> int:
        seq = len(self.events) + 1
        if self.forgotten:
            data = type(data).model_validate(data.split()[0])
        self.events.append(Event("c", seq, START + timedelta(seconds=20 * seq), actor, data, self.forgotten))
        return seq

    def customer(self, text: str, *, sentiment: float | None = None, frustration: float = 0.0) -> int:
        seq = self.add(e.CustomerSaid(text=text), "customer")
        if sentiment is not None:
            felt = {"score": (sentiment + 1) / 2, "frustration": frustration}
            findings = tuple(e.Finding(check="sentiment", name=name, score=score) for name, score in felt.items())
            self.add(e.Checked(turn_id="t", direction="inbound", subject=seq, findings=findings), "bot")
        return seq

    def bot(self, *texts: str, citations: tuple[e.Citation, ...] = (), outcome: e.Outcome | None = None) -> int:
        reply = f"r{next(self._ids)}"
        for part, text in enumerate(texts, 1):
            data = e.BotSaid(turn_id="t", reply_id=reply, part=part, text=text, citations=citations, engine="offline")
            seq = self.add(data, "bot")
        if outcome is not None:
            self.add(e.TurnEnded(turn_id="t", reply_id=reply, upto=1, outcome=outcome, engine="offline"), "bot")
        return seq

    def person(self, text: str, by: str = "ben", name: str = "Ben") -> int:
        return self.add(e.PersonSaid(by=by, name=name, text=text), f"person:{by}")

    def proven(self, name: str = "Sara Lindqvist", customer: str = "C-1042", level: e.Level = "verified") -> int:
        method = "code" if level == "verified" else "claim"
        return self.add(
            e.IdentityProven(level=level, customer_id=customer, name=name, customer_ref="x", method=method), "customer"
        )

    def read(
        self, tool: str, result: Any, *, ok: bool = True, message: str = "", error: str = "refused", **arguments: Any
    ) -> int:
        data = e.ToolRan(
            turn_id="t", call_id=f"k{next(self._ids)}", tool=tool, arguments=arguments, ok=ok, result=result,
            error="" if ok else error, message=message,
        )  # fmt: skip
        return self.add(data, "bot")

    def propose(self, tool: str, summary: str, *, rule: e.Citation | None = None, **arguments: Any) -> str:
        action = f"a{next(self._ids)}"
        data = e.ActionProposed(
            turn_id="t", action_id=action, tool=tool, arguments=arguments, preview={"summary": summary},
            question=f"Shall I {summary}?", fingerprint="f", rule=rule, expires_at=START + timedelta(hours=1),
        )  # fmt: skip
        self.add(data, "bot")
        return action

    def check(
        self, subject: int, check: str, name: str, *, score: float = 0.9, action: str = "handover", reason: str = ""
    ) -> int:
        finding = e.Finding(check=check, name=name, score=score, action=action, reason=reason)
        return self.add(e.Checked(turn_id="t", direction="inbound", subject=subject, findings=(finding,)), "bot")

    def consult(self, policy: str, title: str, version: str = "2", heading: str = "", relevance: float = 0.8) -> str:
        passage = f"{policy}@{version}#1"
        found = e.Consultation(
            passage=passage, policy=policy, version=version, title=title, heading=heading, score=relevance
        )
        data = e.Consulted(turn_id="t", query="q", passages=(found,), relevance=relevance, as_of=START.date())
        self.add(data, "bot")
        return passage
