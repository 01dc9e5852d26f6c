"""What the built-in engine computes once, so that customers do not wait for it."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from typing import Any

from agent_businesses import CLINIC, CLINIC_POLICIES
from agent_talk import NOW, passages_of

from handrail.agent.models.offline.engine import OfflineModel
from handrail.agent.models.protocol import Brief, Draft
from handrail.conversation.situation import Situation
from handrail.knowledge.embed import Cached
from handrail.knowledge.minilm import MiniLM
from handrail.knowledge.passages import Found, Hit

PASSAGES = passages_of(CLINIC_POLICIES)
FOUND = Found(tuple(Hit(passage, 0.6, 0.6, 0.0) for passage in PASSAGES[:5]), 0.9)
BRIEF = Brief("", Situation("c1"), FOUND, (), (), NOW, "Europe/London", "Acme")


class Counting:
    """An embedder that notes what it has computed."""

    def __init__(self) -> None:
        self._minilm = MiniLM()
        self.name, self.dimensions = self._minilm.name, self._minilm.dimensions
        self.computed: list[str] = []

    async def embed(self, texts: Sequence[str]) -> Any:
        self.computed += texts
        return await self._minilm.embed(texts)


async def drafted(model: OfflineModel, brief: Brief) -> Draft:
    pieces = [piece async for piece in model.draft(brief)]
    assert isinstance(pieces[-1], Draft)
    return pieces[-1]


async def test_after_the_warm_up_only_what_the_customer_wrote_is_embedded():
    counting = Counting()
    model = OfflineModel(Cached(counting), CLINIC)
    await model.warm(PASSAGES)
    for number, tools in enumerate(permutations(CLINIC[:4], 3)):
        counting.computed.clear()
        question = f"what does it cost if I cancel {number + 2} hours before?"
        assert (await drafted(model, replace(BRIEF, message=question, tools=tools))).kind == "answer"
        assert set(counting.computed) <= {question}


async def test_tools_that_are_offered_later_take_the_place_of_those_before():
    model = OfflineModel(Cached(Counting()), CLINIC[:1])
    asked = replace(BRIEF, message="please cancel my appointment A1001", found=Found((), 0.0))
    assert (await drafted(model, asked)).call is None
    model.offer(CLINIC)
    call = (await drafted(model, asked)).call
    assert call is not None
    assert call.tool == "cancel_appointment"
