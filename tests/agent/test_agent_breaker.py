"""The model fails, the other engine drafts, the model comes back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from agent_briefs import BRIEF, Scripted

from handrail.agent.models.breaker import Breaker
from handrail.agent.models.fallback import Fallback
from handrail.agent.models.protocol import Brief, Delta, Draft, Interrupted
from handrail.conversation.errors import Unavailable


class Time:
    def __init__(self) -> None:
        self.at = datetime(2026, 6, 15, 10, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


async def drafted(model: Fallback, brief: Brief = BRIEF) -> Draft:
    pieces = [piece async for piece in model.draft(brief)]
    draft = pieces[-1]
    assert isinstance(draft, Draft)
    assert draft.text == "".join(piece.text for piece in pieces[:-1])
    return draft


async def test_the_model_drafts_while_it_answers():
    model = Fallback(Scripted("big"), Scripted("small"), Breaker(Time()))
    draft = await drafted(model)
    assert (draft.engine, draft.switched, model.name, model.breaker.state) == ("big", "", "big", "closed")


async def test_a_failure_before_the_first_delta_is_drafted_by_the_other_engine_and_says_why():
    model = Fallback(Scripted("big", "timeout"), Scripted("small", "instead"), Breaker(Time()))
    draft = await drafted(model)
    assert (draft.text, draft.engine, draft.switched) == ("instead ", "small", "timeout")
    assert model.breaker.state == "closed"
    assert (await drafted(model)).engine == "big"


async def test_after_some_failures_in_a_row_the_model_is_left_alone_until_a_probe_succeeds():
    big, time = Scripted("big", "timeout", "fine", "server_error", "timeout", "timeout"), Time()
    model = Fallback(big, Scripted("small"), Breaker(time, failures=2, seconds=30))
    for _ in range(4):
        await drafted(model)
    assert (big.asked, model.breaker.state, model.name) == (4, "open", "small")
    draft = await drafted(model)
    assert (big.asked, draft.engine, draft.switched) == (4, "small", "timeout")

    time.at += timedelta(seconds=30)
    assert model.breaker.state == "half_open"
    assert (await drafted(model)).switched == "timeout"  # the probe fails: open for another while
    assert (big.asked, model.breaker.state) == (5, "open")

    time.at += timedelta(seconds=30)
    draft = await drafted(model)
    assert (draft.engine, model.breaker.state, model.breaker.why, model.name) == ("big", "closed", "", "big")


async def test_one_probe_at_a_time():
    big, time = Scripted("big", "timeout", "a slow answer"), Time()
    model = Fallback(big, Scripted("small"), Breaker(time, failures=1, seconds=30))
    await drafted(model)
    time.at += timedelta(seconds=31)
    probe = model.draft(BRIEF)
    assert isinstance(await anext(probe), Delta)
    assert (await drafted(model)).engine == "small"
    assert [piece async for piece in probe][-1].engine == "big"
    assert (await drafted(model)).engine == "big"


async def test_a_probe_that_nobody_reads_to_its_end_leaves_the_next_to_probe():
    big, time = Scripted("big", "timeout", "a slow answer"), Time()
    model = Fallback(big, Scripted("small"), Breaker(time, failures=1, seconds=30))
    await drafted(model)
    time.at += timedelta(seconds=31)
    probe = model.draft(BRIEF)
    await anext(probe)
    await probe.aclose()
    assert big.closed == 2
    assert model.breaker.state == "half_open"
    assert (await drafted(model)).engine == "big"


async def test_breaking_off_in_mid_stream_tells_what_was_out_and_the_other_engine_finishes():
    big = Scripted("big", {"text": "Returns take thirty days. Refunds", "code": "broken_stream"})
    small = Scripted("small", "in five days.")
    model = Fallback(big, small, Breaker(Time()))
    with pytest.raises(Interrupted) as broke:
        await drafted(model)
    assert (broke.value.text, broke.value.code) == ("Returns take thirty days. Refunds ", "broken_stream")
    rest = await drafted(model, replace(BRIEF, sent="Returns take thirty days.", degraded=True))
    assert (rest.engine, rest.switched, big.asked) == ("small", "degraded", 1)


async def test_a_failure_of_the_other_engine_is_not_hidden():
    model = Fallback(Scripted("big", "timeout"), Scripted("small", "server_error"), Breaker(Time()))
    with pytest.raises(Unavailable):
        await drafted(model)
