"""Questions and statements of ours, ready to be spoken: checked and committed like everything else."""

from handrail.agent.models.protocol import Draft
from handrail.agent.proposal import Proposal
from handrail.agent.services import Services
from handrail.agent.speech import fixed_speech
from handrail.agent.turn import Turn
from handrail.conversation.events import Outcome


def say(turn: Turn, text: str, outcome: Outcome) -> Turn:
    """Say a text of ours next and end the turn with `outcome`."""
    draft = Draft(kind="ask" if outcome == "asked" else "answer", text=text, engine="phrases")
    return {**turn, "speech": fixed_speech(text, draft), "own": text, "outcome": outcome, "step": "speak"}


def asked_for(turn: Turn, proposal: Proposal, key: str, services: Services) -> Turn:
    """Put a proposal before the customer: the question and its event are committed together, or neither is."""
    text = services.phrases(key, summary=sentence(proposal.summary))
    if why := proposal.proposed.preview.get("approval"):
        text = f"{text} {services.phrases('consent_approval', why=str(why).rstrip('.'))}"
    return say({**turn, "along": proposal.events}, text, "asked")


def sentence(summary: str) -> str:
    """A summary as the beginning of a sentence, without its full stop."""
    bare = summary.strip().rstrip(".")
    return bare[:1].upper() + bare[1:]
