"""What a colleague's word is waited for: taken back by the customer, or decided and carried out."""

from handrail.agent.asking import asked_for, say, sentence
from handrail.agent.decisions import carry_out
from handrail.agent.news import News, closing, is_news
from handrail.agent.nodes.speak import remark
from handrail.agent.proposal import Proposal
from handrail.agent.services import Services
from handrail.agent.turn import Turn
from handrail.agent.withdrawal import withdrawn
from handrail.conversation.events import ActionDropped, Outcome
from handrail.conversation.situation import ActionState, Situation


async def withdraw(turn: Turn, services: Services) -> Turn | None:
    """The customer takes it back before it is done."""
    situation = turn["situation"]
    action = withdrawn(situation, turn["message"]) if situation.heard > situation.answered else None
    if action is None:
        return None
    dropped = ActionDropped(action_id=action.action_id, why="withdrawn")
    told = services.phrases("approval_withdrawn", summary=sentence(action.question))
    return say({**turn, "along": (dropped,)}, told, "answered")


async def decided(turn: Turn, services: Services) -> Turn | None:
    """Carry out what a colleague has approved, and tell of that and of what they refused or left undecided.

    Where the customer waits for an answer as well, the turn goes on to it.
    """
    executed = await carry_out(turn["situation"], turn["turn_id"], turn["fence"], services)
    if executed is not None:
        turn["situation"] = await services.situations.get(turn["conversation_id"])
        if executed.needs_person:
            return {**turn, "reason": "action_unknown", "triggers": (f"action/{executed.code}",), "step": "hand_over"}
    news = _news(turn["situation"], services)
    told = await _tell(turn, news, services) if news else None
    if executed is not None and executed.proposal is not None:
        key = "consent_expired" if executed.code == "expired" else "consent_changed"
        told = await _ask_again(turn, executed.proposal, key, services)
    elif executed is not None and executed.stage == "unknown":
        await remark(turn, services.phrases("action_checking"), services)
        told = "acted"
    if told is None or turn["situation"].heard > turn["situation"].answered:
        return None
    return {**turn, "outcome": told, "step": "finish"}


async def _ask_again(turn: Turn, proposal: Proposal, key: str, services: Services) -> Outcome:
    asked = asked_for(turn, proposal, key, services)
    turn["along"] = asked["along"]
    await remark(turn, asked["own"], services)
    return "asked"


def _news(situation: Situation, services: Services) -> list[ActionState]:
    ended = [a for a in situation.actions if a.stage in ("succeeded", "failed") and a.seq > situation.ended]
    over = [a for a in situation.decided(services.clock.now()) if a.stage != "approved"]
    return [*(a for a in ended if is_news(a)), *over]


async def _tell(turn: Turn, news: list[ActionState], services: Services) -> Outcome:
    """Say it as one part, unless a reply that was cut short has said it already."""
    zone = turn["situation"].timezone or services.settings.business.timezone
    tell, now = News(services.phrases, services.workspace.by_name, zone), services.clock.now()
    turn["along"] = tuple(dropped for action in news if (dropped := closing(action, now)) is not None)
    for quietly in (False, True):
        text = " ".join(tell(action, quietly=quietly) for action in news)
        # What a person has typed goes through the checks like every line; where it may not be said, the rest is.
        if text in turn["sent"] or await remark(turn, text, services):
            break
    return "acted" if any(action.stage in ("succeeded", "failed") for action in news) else "answered"
