"""Who rests on which version of a policy."""

import string

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handrail.conversation.citings import Citings
from handrail.conversation.events import BotSaid, Citation, Opened
from handrail.conversation.log import Log
from handrail.conversation.rebuild import rebuild

NAMES = st.text(string.ascii_letters + string.digits, min_size=1, max_size=2)
CITED = st.lists(st.tuples(NAMES, st.sampled_from(["1", "2", "10", "a"]), st.integers(1, 3)), max_size=4)


def said(part, cited):
    citations = tuple(Citation(policy=p, version=v, title=p, passage=f"{p}@{v}#{n}") for p, v, n in cited)
    return BotSaid(turn_id="t", reply_id="t", part=part, text="So it is.", citations=citations, engine="offline")


@given(st.lists(CITED, min_size=1, max_size=4), NAMES, st.sampled_from([None, "1", "2", "10", "b"]))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_all_but_one_version_are_found_and_nothing_else(database, vault, clock, parts, policy, but):
    log = Log(database, vault, clock, [Citings()])
    talk = (await log.open(Opened())).conversation_id
    await log.append(talk, "bot", *(said(n, cited) for n, cited in enumerate(parts, 1)))
    found = [each for each in await log.told(policy, but=but) if each.conversation_id == talk]
    wanted: dict[str, list[tuple[int, str]]] = {}
    for part, cited in enumerate(parts):
        for p, v, n in cited:
            if p == policy and v != but:
                wanted.setdefault(v, []).append((part, f"{p}@{v}#{n}"))
    assert {each.version: (each.times, set(each.passages)) for each in found} == {
        v: (len({part for part, _ in rested}), {passage for _, passage in rested}) for v, rested in wanted.items()
    }


async def test_a_rebuild_finds_the_same(database, vault, clock):
    log = Log(database, vault, clock, [Citings()])
    talk = (await log.open(Opened())).conversation_id
    await log.append(talk, "bot", said(1, [("returns", "1", 1), ("returns", "1", 2)]), said(2, []))
    before = await log.told("returns")
    assert [each.passages for each in before] == [["returns@1#1", "returns@1#2"]]
    await rebuild(log, [Citings()])
    assert await log.told("returns") == before
