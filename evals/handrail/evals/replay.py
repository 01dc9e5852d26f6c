"""Replay: the customer's side of a case against the agent; the log decides."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

from handrail.agent.bootstrap import Handrail
from handrail.agent.proposal import open_action
from handrail.agent.tools.api import Context, Customer
from handrail.agent.tools.call import call
from handrail.conversation.errors import Invalid
from handrail.conversation.events import IdentityProven, Opened
from handrail.desk.mail import Mail
from handrail.desk.staff import Staff
from handrail.evals.case import Case, EndState, Meanwhile, Scenario, Step, Word
from handrail.evals.matching import differences
from handrail.evals.roles import Line, Role, ScriptedRole, Seen
from handrail.evals.trace import Trace

CODE = re.compile(r"\b\d{6}\b")
DESK = Staff("desk", "The desk")
"""Who is at the desk in a case that is staffed: for every department."""

PAUSE = 5.0
"""Seconds between two lines: people take a few, and nothing may depend on their taking none."""


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


async def play(case: Case, handrail: Handrail, clock: CaseClock, sent: Sent, role: Role | None = None) -> Trace:
    """Run a case on an agent of its own; `role` plays its customer where it has one, else a script does."""
    opened = await handrail.log.open(Opened(channel="evaluation"))
    player = _Player(handrail, clock, sent, opened.conversation_id, case.staffed)
    if case.customer_id:
        await player.prove(case.customer_id)
    for step in case.steps:
        await player.take(step)
    if case.customer is not None:
        await player.converse(case.customer, role or ScriptedRole())
    state = await player.end_state(case)
    shown = await handrail.desk.show(opened.conversation_id)
    return Trace(shown.events, shown.packet, state)


class _Player:
    """The customer of one case, and what goes on around them."""

    def __init__(self, handrail: Handrail, clock: CaseClock, sent: Sent, conversation_id: str, staffed: bool) -> None:
        self._handrail, self._clock, self._sent = handrail, clock, sent
        self._id, self._staffed, self._meanwhile, self._typed = conversation_id, staffed, 0, 0

    async def prove(self, customer_id: str) -> None:
        """The company's own site vouches for this customer. Raises `Invalid` where the business does not know them."""
        find, name, facts = self._handrail.workspace.find_customer, "", dict[str, str]()
        if find is not None:
            person = await find((await self._context()).resources, {"customer_id": customer_id})
            if person is None:
                raise Invalid(f"there is no customer {customer_id} in this business")
            name, facts = person.name, dict(person.facts)
        ref = self._handrail.vault.ref(customer_id)
        proven = IdentityProven(
            level="verified", customer_id=customer_id, customer_ref=ref, name=name, method="token", facts=facts
        )
        await self._handrail.log.append(self._id, "system", proven)

    async def take(self, step: Step) -> None:
        """Let one step happen, and wait until the agent has done what it has to."""
        if step.wait:
            self._clock.advance(step.wait)
            return
        if step.meanwhile:
            await self._change(step.meanwhile)
            return
        if step.decide:
            await self._decide(step.decide)
            return
        # Codes are sent beside the conversation.
        await self._handrail.identity.close()
        self._clock.advance(PAUSE)
        if self._staffed:
            await self._handrail.presence.seen(DESK)
        await self._handrail.turns.hear(self._id, self._sent.code if step.code else step.say or "")
        await self._handrail.turns.settled()

    async def converse(self, scenario: Scenario, role: Role) -> None:
        """Let a played customer write until they are done, or have written as much as they may."""
        for _ in range(scenario.turns):
            step = await role.next(scenario, await self._seen())
            if step is None:
                return
            if step.code:
                self._typed = len(self._sent.mails)
            await self.take(step)

    async def _seen(self) -> Seen:
        """The conversation as its customer sees it."""
        await self._handrail.identity.close()
        situation = await self._handrail.situations.get(self._id)
        lines = tuple(
            Line("customer" if line.speaker == "customer" else "agent", line.text) for line in situation.lines
        )
        action = open_action(situation)
        return Seen(
            lines,
            proposed=action.question if action is not None and action.stage == "proposed" else "",
            code_sent=any(CODE.search(mail.text) for mail in self._sent.mails[self._typed :]),
            handed_over=situation.holder != "bot",
        )

    async def end_state(self, case: Case) -> tuple[str, ...] | None:
        """Where the business does not tell what it should, asked as the case's customer; None where nothing should be
        asked."""
        expected = case.expected.state
        return tuple([told for state in expected if (told := await self._differs(state))]) if expected else None

    async def _differs(self, state: EndState) -> str:
        tool = self._handrail.workspace.by_name.get(state.tool)
        if tool is None or tool.effect != "read":
            return f"{state.tool} is no reading tool of this workspace"
        called = await call(tool, await self._context(), state.arguments)
        if not called.ok:
            return f"{state.tool}: {called.code} {called.message}"
        return "; ".join(f"{state.tool}: {told}" for told in differences(state.expect, called.value))

    async def _change(self, change: Meanwhile) -> None:
        tool = self._handrail.workspace.by_name.get(change.tool)
        if tool is None or tool.effect != "write":
            raise Invalid(f"meanwhile: {change.tool} is no writing tool of this workspace")
        self._meanwhile += 1
        ctx = replace(
            await self._context(),
            customer=Customer(id=change.customer_id, level="verified"),
            idempotency_key=f"meanwhile-{self._meanwhile}",
            deadline=self._clock.now() + timedelta(seconds=tool.timeout),
        )
        called = await call(tool, ctx, change.arguments)
        if not called.ok:
            raise Invalid(f"meanwhile: {change.tool} was not done: {called.code} {called.message}")

    async def _decide(self, word: Word) -> None:
        approvals = self._handrail.desk.approvals
        waiting = next((w for w in await approvals.waiting() if w.conversation_id == self._id), None)
        if waiting is None:
            raise Invalid("decide: nothing waits for approval")
        roles = self._handrail.settings.desk.approvers
        colleague = replace(DESK, id="colleague", name="A colleague", role=roles[0] if roles else "admin")
        self._clock.advance(PAUSE)
        await approvals.decide(self._id, waiting.action_id, colleague, word.decision, word.reason)
        self._handrail.turns.wake(self._id)
        await self._handrail.turns.settled()

    async def _context(self) -> Context:
        situation = await self._handrail.situations.get(self._id)
        return self._handrail.actions.context(situation)
