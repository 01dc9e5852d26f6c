"""The right solutions, played by a scripted model through identity, ownership, consent, claim and call.

A solution's calls are spread over the customer's lines: some look-ups and at most one change for each line. To every
proposal the customer agrees in other words. The last line asks for what the task wants told, and the model says it.
"""

import re
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from bench.tau2.domain import Action, Task
from bench.tau2.judge import Judged, is_told, judge
from bench.tau2.talk import Business, Case
from handrail.agent.models.protocol import Brief, Call, Delta, Draft, Result
from handrail.agent.nodes.act import CALLS
from handrail.conversation.events import ActionProposed, ActionSucceeded, ToolRan

TRANSFER = "transfer_to_human_agents"
"""This call is our own handover."""
YESES = (
    "Yes, please.", "Yes, go ahead.", "Sure, do that.", "Yes", "That's right, please do it.", "ok, go ahead",
    "Yes, I confirm.", "yep, sounds good", "Please go ahead.", "Absolutely, yes.",
)  # fmt: skip
WISHES = (
    "Could you see to this next: {what}?",
    "I would also like this: {what}.",
    "Then there is this: {what}.",
    "Please take care of this for me: {what}.",
    "What about this one: {what}?",
    "Now on to this: {what}.",
)
QUESTIONS = (
    "Can you tell me once more what it comes to?",
    "And what is the other thing that I asked for?",
    "There was one more detail, which was it?",
    "What else did I want to hear from you?",
    "Which was the next one?",
    "And the last one?",
)
NEXT = "What would you like me to do next?"


class Scripted:
    """A model that makes the calls it is told, one after the other, and then says its line."""

    name = "scripted"

    def __init__(self) -> None:
        self.calls: deque[Call] = deque()
        self.line = NEXT
        self.hands_over = False

    async def draft(self, brief: Brief) -> AsyncIterator[Delta | Draft]:
        if self.calls:
            yield Draft(kind="act", call=self.calls.popleft(), engine=self.name)
        elif self.hands_over:
            yield Draft(kind="give_up", reason="asked_for_person", engine=self.name)
        else:
            line = _came(brief.results[-1]) if brief.results else self.line
            yield Delta(line)
            yield Draft(kind="answer", text=line, engine=self.name)


@dataclass(frozen=True, slots=True)
class Played:
    """What became of a solution that was played. `refused` are its calls that did not go through, though the business
    lets them when they are made directly; `ours` counts those that identity and handover stand for."""

    task: Task
    judged: Judged
    calls: int
    ours: int
    refused: tuple[str, ...]
    more: tuple[str, ...]
    """Calls that changed something and are not in the solution."""
    untold: tuple[str, ...]
    """Wanted strings that the outbound checks held back."""
    unseen: tuple[str, ...]
    """Those of them that no call of the solution answered: sums in the head, say."""
    lines: tuple[tuple[str, str], ...]


async def play(business: Business, model: Scripted, task: Task) -> Played:
    """Play one task's solution. The business must be open on that model."""
    case = await business.begin(task)
    yeses = cycle(YESES[len(task.id) % 3 :] + YESES[: len(task.id) % 3])
    offered = business.handrail.workspace.by_name
    actions = [action for action in task.evaluation_criteria.actions if action.name in offered]
    model.hands_over = False
    for number, lot in enumerate(_lots(actions, offered)):
        model.line = NEXT
        model.calls.extend(Call(action.name, _visible(action, offered)) for action in lot)
        what = " and ".join(_words(action) for action in lot)
        await case.say(WISHES[number % len(WISHES)].format(what=what))
        await _agree(case, model, yeses)
        model.calls.clear()
        if await case.over():
            return await _played(case, actions)
    await _end(case, model)
    return await _played(case, actions)


async def _agree(case: Case, model: Scripted, yeses: Iterator[str]) -> None:
    """Say yes to what was asked; after a change of its facts it is asked once more."""
    for _ in range(2):
        if await case.over() or (await case.situation()).proposal is None:
            return
        await case.say(next(yeses))


async def _end(case: Case, model: Scripted) -> None:
    """Ask for what the task wants told, and for a person where the solution brings one."""
    for number, info in enumerate(case.task.evaluation_criteria.communicate_info):
        model.line = f"Here is what you asked for: {info}."
        await case.say(QUESTIONS[number % len(QUESTIONS)])
        if await case.over():
            return
    if any(action.name == TRANSFER for action in case.task.evaluation_criteria.actions):
        model.hands_over = True
        await case.say("I am afraid that this is not enough for me.")


async def _played(case: Case, actions: Sequence[Action]) -> Played:
    business, task = case.business, case.task
    told = task.evaluation_criteria.communicate_info
    untold = tuple(info for info in told if not is_told(info, case.said))
    direct = business.domain.replay(task.evaluation_criteria.actions)
    allowed = business.domain.replay(actions).refused
    offered = business.handrail.workspace.by_name
    wanted = Counter(
        _key(action.name, _visible(action, offered)) for action, why in zip(actions, allowed, strict=True) if not why
    )
    writes = {tool.name for tool in business.domain.tools if tool.kind == "write"}
    made = Counter(
        _key(call["name"], call["arguments"]) for call in business.desk.channel.calls if call["name"] in writes
    )
    listed = Counter(_key(action.name, action.arguments) for action in actions)
    return Played(
        task=task,
        judged=judge(business.domain, task, business.desk.channel.state, case.said),
        calls=len(actions),
        ours=len(task.evaluation_criteria.actions) - len(actions),
        refused=tuple((wanted - await _done(case)).elements()),
        more=tuple((made - listed).elements()),
        untold=untold,
        unseen=tuple(info for info in untold if not any(re.search(_word(info), answer) for answer in direct.answers)),
        lines=tuple(case.lines),
    )


async def _done(case: Case) -> Counter[str]:
    """The calls that went through, by the log."""
    proposed: dict[str, str] = {}
    done: Counter[str] = Counter()
    for event in await case.business.handrail.log.read(case.customer.id):
        match event.data:
            case ToolRan() as ran if ran.ok:
                done[_key(ran.tool, ran.arguments)] += 1
            case ActionProposed() as action:
                proposed[action.action_id] = _key(action.tool, action.arguments)
            case ActionSucceeded() as succeeded:
                done[proposed[succeeded.action_id]] += 1
    return done


def _word(info: str) -> str:
    return rf"(?i)(?<![\w.]){re.escape(info)}(?!\w)"


def _lots(actions: Sequence[Action], offered: Mapping[str, Any]) -> Iterator[list[Action]]:
    """The calls of each turn: look-ups up to a change, fewer than a turn may make."""
    lot: list[Action] = []
    for action in actions:
        lot.append(action)
        if offered[action.name].effect == "write" or len(lot) == CALLS - 1:
            yield lot
            lot = []
    if lot:
        yield lot


def _visible(action: Action, offered: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that a model is asked for: what is bound to the identity is none of them."""
    known = offered[action.name].parameters["properties"]
    return {name: value for name, value in action.arguments.items() if name in known}


def _came(result: Result) -> str:
    """What is told of the last call."""
    if not result.ok:
        return f"I am sorry, that can't be done: {result.refusal}."
    if not result.wrote:
        return NEXT
    status = result.value.get("status") if isinstance(result.value, dict) else None
    return f"It is done, and the status is now {status}." if status else "It is done."


def _words(action: Action) -> str:
    """What a customer would call it, with the id it is about."""
    about = next((value for key, value in action.arguments.items() if key.endswith("_id") and key != "user_id"), "")
    return f"{action.name.replace('_', ' ')} {about}".strip()


def _key(name: str, arguments: Mapping[str, Any]) -> str:
    return f"{name}({', '.join(f'{key}={arguments[key]!r}' for key in sorted(arguments))})"
