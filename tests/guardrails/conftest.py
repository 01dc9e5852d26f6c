"""One embedder and one set of rails for all tests of the room: learning the probes takes a second."""

import asyncio

import pytest
from guardrails_talk import Counting

from handrail.conversation.settings import Checks
from handrail.guardrails.probes import Probes, learn
from handrail.guardrails.rails import Rails


@pytest.fixture(scope="session")
def embedder() -> Counting:
    return Counting()


@pytest.fixture(scope="session")
def probes(embedder: Counting) -> Probes:
    return asyncio.run(learn(embedder))


@pytest.fixture(scope="session")
def rails(embedder: Counting) -> Rails:
    made = Rails(Checks(), embedder, zones=("Europe/London",), names=("Fellside Outfitters",))
    asyncio.run(made.prepare())
    return made
