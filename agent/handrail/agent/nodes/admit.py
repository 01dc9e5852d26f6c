"""Admit: the inbound checks, and what follows from them before anything else is done."""

from handrail.agent.asking import say
from handrail.agent.putting import put
from handrail.agent.services import Services
from handrail.agent.turn import Turn
from handrail.conversation.events import Checked
from handrail.desk.routing import reason_of, triggers_of
from handrail.guardrails.verdict import Verdict


async def admit(turn: Turn, services: Services) -> Turn:
    """Check what the customer wrote; log the findings; go on, refuse, or hand over."""
    verdict = await services.rails.inbound(turn["message"], turn["situation"])
    checked = Checked(
        turn_id=turn["turn_id"],
        direction="inbound",
        subject=turn["upto"],
        findings=verdict.findings,
        milliseconds=dict(verdict.milliseconds),
    )
    stored = await put(turn, services, checked)
    admitted: Turn = {"verdict": verdict, "situation": stored.situation, "step": "settle"}
    if verdict.action == "handover":
        urgent = tuple(f for f in verdict.findings if f.action == "handover")
        reason = reason_of(urgent) or "low_confidence"
        return {**admitted, "reason": reason, "triggers": triggers_of(verdict.findings), "step": "hand_over"}
    if verdict.action == "refuse":
        return {**admitted, **_refusal(verdict, services), "step": "speak"}
    return admitted


def _refusal(verdict: Verdict, services: Services) -> Turn:
    attacks = any(f.action == "refuse" for f in verdict.of("injection"))
    phrase = "refused_injection" if attacks else "refused_abuse"
    return say({}, services.phrases(phrase), "refused")
