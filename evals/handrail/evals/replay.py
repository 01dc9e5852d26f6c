"""Replay: the customer's side of a case against the agent; the log decides."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from handrail.agent.bootstrap import Handrail
from handrail.agent.tools.call import call
from handrail.conversation.events import Event, IdentityProven, Opened
from handrail.desk.mail import Mail
from handrail.evals.case import Case, EndState, Step
from handrail.evals.score import Score
from handrail.evals.scorers import SCORERS, part_of

CODE = re.compile(r"\b\d{6}\b")


class CaseClock:
    """A clock that stands at the moment of the case and moves where the case says so."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def advance(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class Sent:
    """A mailer that keeps what was sent, so that the customer of a case can read their code."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []

    async def send(self, mail: Mail) -> None:
        self.mails.append(mail)

    @property
    def code(self) -> str:
        """The code in the newest letter; zeros where there is none, as somebody guesses."""
        return next((found.group() for mail in reversed(self.mails) if (found := CODE.search(mail.text))), "000000")


@dataclass(frozen=True, slots=True)
class Played:
    """A case that was run: its log and its scores."""

    case: Case
    log: tuple[Event, ...]
    scores: tuple[Score, ...]

    def score(self, name: str) -> Score:
        """The score of this name, unscored where there is none."""
        return next((score for score in self.scores if score.name == name), Score(name, None))


async def play(case: Case, handrail: Handrail, clock: CaseClock, sent: Sent) -> Played:
    """Run a case on an agent of its own, and score what came of it."""
    opened = await handrail.log.open(Opened(channel="evaluation"))
    conversation_id = opened.conversation_id
    if case.customer_id:
        proven = IdentityProven(
            level="verified",
            customer_id=case.customer_id,
            customer_ref=handrail.vault.ref(case.customer_id),
            method="token",
        )
        await handrail.log.append(conversation_id, "system", proven)
    for step in case.steps:
        await _take(step, conversation_id, handrail, clock, sent)
    log = tuple(await handrail.log.read(conversation_id))
    state = await _end_state(case, conversation_id, handrail)
    return Played(case, log, (*(scorer(case, log) for scorer in SCORERS), state))


async def _take(step: Step, conversation_id: str, handrail: Handrail, clock: CaseClock, sent: Sent) -> None:
    if step.wait:
        clock.advance(step.wait)
        return
    text = step.say if step.say is not None else sent.code
    # People take a few seconds between lines, and nothing may depend on their taking none.
    clock.advance(5)
    await handrail.turns.hear(conversation_id, text)
    await handrail.turns.settled()


async def _end_state(case: Case, conversation_id: str, handrail: Handrail) -> Score:
    expected = case.expected.state
    if not expected:
        return Score("end_state", None)
    wrong = [told for state in expected if (told := await _differs(state, conversation_id, handrail))]
    return Score("end_state", float(not wrong), "; ".join(wrong))


async def _differs(state: EndState, conversation_id: str, handrail: Handrail) -> str:
    tool = handrail.workspace.by_name.get(state.tool)
    if tool is None or tool.effect != "read":
        return f"{state.tool} is no reading tool of this workspace"
    situation = await handrail.situations.get(conversation_id)
    called = await call(tool, handrail.actions.context(situation), state.arguments)
    if not called.ok:
        return f"{state.tool}: {called.code} {called.message}"
    return "" if part_of(state.expect, called.value) else f"{state.tool} tells {called.value!r}, not {state.expect!r}"
