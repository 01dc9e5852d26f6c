"""Questions without an answer: found, put together by what they mean, and shown without whose they are."""

import numpy as np
import pytest
from desk_people import BEN

from handrail.conversation import events as e
from handrail.conversation.forgetting import forget
from handrail.desk.figures.gaps import KnowledgeGaps
from handrail.desk.figures.insights import Figures

REGIONS = ("GB",)


class ByFirstWord:
    """Texts that begin with the same word mean the same."""

    name, dimensions = "first words", 128

    async def embed(self, texts):
        rows = np.zeros((len(texts), self.dimensions), np.float32)
        for number, text in enumerate(texts):
            rows[number, sum(map(ord, text.split()[0].lower())) % self.dimensions] = 1
        return rows


@pytest.fixture
def figures(database, clock, settings):
    return Figures(database, clock, settings)


@pytest.fixture
def gaps(log, figures):
    return KnowledgeGaps(log, figures, ByFirstWord(), REGIONS)


async def asked(shop, text, outcome="offered", *along):
    cid = (await shop.log.open(e.Opened())).conversation_id
    said = await shop.write(cid, text)
    line = e.BotSaid(turn_id="t", reply_id="t", part=1, text="I do not know.", engine="offline")
    ended = e.TurnEnded(turn_id="t", reply_id="t", upto=said.seq, outcome=outcome, engine="offline")
    await shop.log.append(cid, "bot", *along, line, ended)
    return cid


async def test_questions_that_mean_the_same_stand_together_the_most_frequent_first(shop, gaps, figures):
    await asked(shop, "Repairs of poles: do you do them?")
    for text in ("Vegan boots, do you have any?", "vegan boots,  do you have any?", "Vegan boots, where?"):
        await asked(shop, text)
    found = await gaps.read(figures.lately(1))
    assert [(group.count, group.examples[0].text.split()[0]) for group in found.groups] == [
        (3, "Vegan"),
        (1, "Repairs"),
    ]
    assert found.groups[0].examples[0].why == "offered"
    # What was asked in the same words stands there once.
    assert len(found.groups[0].examples) == 2


async def test_an_offer_after_an_answer_or_a_refusal_of_the_rules_is_no_gap(shop, gaps, figures):
    cited = e.BotSaid(
        turn_id="t", reply_id="t", part=1, text="30 days.", engine="offline",
        citations=(e.Citation(policy="returns", version="2", title="Returns", passage="returns@2#1"),),
    )  # fmt: skip
    await asked(shop, "Returns, how long?", "offered", cited)
    refused = e.ToolRan(turn_id="t", call_id="k", tool="cancel_order", ok=False, error="needs_person")
    await asked(shop, "Cancel it", "offered", refused)
    await asked(shop, "Hello", "answered")
    done = e.Finding(check="settled", name="said", score=1.0)
    await asked(shop, "That's all", "offered", e.Checked(turn_id="t", direction="inbound", subject=2, findings=(done,)))
    assert (await gaps.read(figures.lately(1))).total == 0


async def test_what_went_to_a_person_for_want_of_an_answer_counts_and_so_does_what_they_tag(
    shop, gaps, figures, desk, presence
):
    await presence.seen(BEN)
    await asked(
        shop, "Weddings: do you rent tents?", "handed_over", e.HandoffRequested(handoff_id="h", reason="not_covered")
    )
    await asked(shop, "A human please", "handed_over", e.HandoffRequested(handoff_id="h", reason="asked_for_person"))
    cid = await asked(shop, "Kites?", "answered")
    call = await shop.write(cid, "A human please")
    asks = (e.Finding(check="asks_for_person", name="asked", score=1.0, action="handover"),)
    checked = e.Checked(turn_id="t", direction="inbound", subject=call.seq, findings=asks)
    await shop.log.append(cid, "bot", checked, e.HandoffRequested(handoff_id="h", reason="upset"), holder="queue")
    await desk.claim(cid, BEN)
    await desk.wrap_up(cid, BEN, "resolved", tags=["policy_missing"])
    found = await gaps.read(figures.lately(1))
    assert {(group.examples[0].text, group.examples[0].why) for group in found.groups} == {
        ("Weddings: do you rent tents?", "handed_over"),
        ("Kites?", "tagged"),
    }


async def test_who_asked_can_not_be_told_and_what_is_forgotten_is_counted_alone(shop, gaps, figures, log):
    text = "Vegan boots? I'm Sara Lindqvist, sara@example.org, 020 7946 0018"
    cid = await asked(shop, text)
    (group,) = (await gaps.read(figures.lately(1))).groups
    shown = group.examples[0].text
    assert shown.startswith("Vegan boots?")
    for mark in ("Sara", "Lindqvist", "sara@", "7946"):
        assert mark not in shown
    await forget(log, cid)
    found = await gaps.read(figures.lately(1))
    assert (found.total, found.unreadable, found.groups) == (1, 1, ())
