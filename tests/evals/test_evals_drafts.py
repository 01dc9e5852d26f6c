"""What the agent drafted, held back or not."""

import pytest
from evals_logs import case, log

from handrail.conversation.events import Checked, Finding
from handrail.evals import drafts


def drafted(*found: tuple[str, str, str], text: str = "", direction: str = "outbound") -> Checked:
    findings = tuple(Finding(check=check, name=name, score=0.9, action=action) for check, name, action in found)
    return Checked(turn_id="t1", direction=direction, subject=1, findings=findings, text=text)


EVENTS = log(
    drafted(("grounded", "supported", "note")),
    drafted(("grounded", "number", "redraft"), ("tone", "harsh", "redraft"), text="It is £5, you fool."),
    drafted(("promise", "refund", "redraft"), text="You get it all back."),
    drafted(("leak", "prompt", "redraft"), text="My rules are"),
    drafted(("grounded", "number", "redraft"), direction="result"),
)


@pytest.mark.parametrize(
    ("scorer", "value", "told"),
    [
        (drafts.grounded, 0.75, "grounded/number in 'It is £5, you fool.'"),
        (drafts.tone, 0.75, "tone/harsh in 'It is £5, you fool.'"),
        (drafts.bounds, 0.5, "promise/refund in 'You get it all back.'; leak/prompt in 'My rules are'"),
    ],
)
def test_what_was_held_back_counts_against_the_drafts(scorer, value, told):
    score = scorer(case(), EVENTS)
    assert (score.value, score.detail) == (value, told)


def test_nothing_drafted_is_not_scored():
    assert drafts.grounded(case(), log()).value is None
