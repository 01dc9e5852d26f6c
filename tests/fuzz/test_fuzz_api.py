"""Random and hostile requests: a short run of `python -m bench fuzz`. `HANDRAIL_FUZZ=5000` sends so many."""

import asyncio
import os

import pytest
from bench.fuzz import LEAST
from bench.fuzzing.complaints import complaints
from bench.fuzzing.streams import Streams
from bench.fuzzing.trial import Trial
from bench.fuzzing.twins import twins
from hypothesis.errors import HypothesisDeprecationWarning

from handrail.channels.tokens import ConversationTokens, Pass
from handrail.conversation.errors import Denied

REQUESTS = int(os.environ.get("HANDRAIL_FUZZ", "800"))
pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(60 + REQUESTS),
    # schemathesis numbers its cases at random.
    pytest.mark.filterwarnings(f"ignore::{HypothesisDeprecationWarning.__module__}.HypothesisDeprecationWarning"),
]


async def send(state, count, only=""):
    return await asyncio.to_thread(Trial(state, asyncio.get_running_loop(), 20260615).run, count, only)


async def test_random_and_hostile_requests_neither_fail_nor_read_what_they_must_not(state):
    before = await state.seqs()
    with complaints() as logged:
        report = await send(state, REQUESTS)
    assert report.faults == []
    assert logged == []
    assert report.total == REQUESTS
    assert {each: share for each in report.statuses if (share := report.share(each)) < LEAST} == {}
    assert await state.seqs() == before


async def test_streams_tell_nobody_what_is_not_theirs(state):
    report = await Streams(state).run(8)
    assert report.faults == []
    assert min(found[200] for found in report.statuses.values()) > 1
    assert {"state", "sentence", "done", "queue", "announcement"} <= set(report.events)


async def test_nobody_learns_what_is_there(state):
    assert await twins(state) == []


async def test_a_server_that_takes_forged_tokens_is_seen_through(state, monkeypatch):
    read = ConversationTokens.read

    def credulous(self, token):
        try:
            return read(self, token)
        except Denied:
            return Pass(state.victims[0], self._clock.now())

    monkeypatch.setattr(ConversationTokens, "read", credulous)
    report = await send(state, 40, "GET /v1/conversations/{id}")
    assert {"200: not refused", "tells what is hidden"} <= {fault.what for fault in report.faults}
