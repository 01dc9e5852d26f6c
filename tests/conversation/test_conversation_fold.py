"""The fold: where a conversation stands, kind by kind, and for any run of events."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given
from pydantic import BaseModel

from handrail.conversation import events as e
from handrail.conversation.codec import Draft, event_of
from handrail.conversation.events import KINDS, Data, Event
from handrail.conversation.fold import SILENT, STEPS, fold
from handrail.conversation.situation import RECENT, Mood, OpenReply, Parked, Situation
from handrail.conversation.situations import adapter
from handrail.conversation.vault import Box

NOW = datetime(2026, 6, 15, 10, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def situation(*data: Data | tuple[str, Data], start: Situation | None = None) -> Situation:
    """Fold these; an actor may be given with one."""
    start = start or Situation("c")
    events = []
    for n, one in enumerate(data, start.seq + 1):
        actor, each = one if isinstance(one, tuple) else ("system", one)
        events.append(Event("c", n, NOW, actor, each))
    return fold(start, events)


def said(text: str = "Hello") -> e.CustomerSaid:
    return e.CustomerSaid(text=text)


def part(n: int, text: str, *, reply: str = "r1", turn: str = "t1", cites: tuple[e.Citation, ...] = ()) -> e.BotSaid:
    return e.BotSaid(turn_id=turn, reply_id=reply, part=n, text=text, citations=cites, engine="offline")


def ended(upto: int, outcome: e.Outcome = "answered", turn: str = "t1") -> e.TurnEnded:
    return e.TurnEnded(turn_id=turn, reply_id=None, upto=upto, outcome=outcome, engine="offline")


def test_every_kind_is_folded_or_named_as_silent() -> None:
    assert set(STEPS) | SILENT == {*KINDS.values(), Data}
    assert not set(STEPS) & SILENT


def test_opening_sets_the_scene() -> None:
    s = situation(e.Opened(channel="email", language="de", timezone="Europe/Berlin"))
    assert (s.seq, s.opened_at, s.channel, s.language, s.timezone) == (1, NOW, "email", "de", "Europe/Berlin")


def test_parts_of_a_reply_are_one_line() -> None:
    one, two = (e.Citation(policy=p, version="1", title=p) for p in "ab")
    s = situation(said(), part(1, "It left.", cites=(one,)), part(2, "It comes Friday.", cites=(one, two)))
    assert [(line.seq, line.text) for line in s.lines[1:]] == [(2, "It left. It comes Friday.")]
    assert s.lines[1].citations == (one, two)


def test_a_part_keeps_its_own_white_space() -> None:
    assert situation(part(1, "First:\n"), part(2, "- one")).lines[0].text == "First:\n- one"
    assert situation(part(1, "First."), part(2, "\n\nSecond.")).lines[0].text == "First.\n\nSecond."


def test_a_line_between_two_parts_does_not_cut_the_reply() -> None:
    s = situation(
        part(1, "It left."), said("And the pegs?"), part(2, "It comes Friday."), part(1, "Them too.", reply="r2")
    )
    assert [line.text for line in s.lines] == ["It left. It comes Friday.", "And the pegs?", "Them too."]


def test_speakers_and_names() -> None:
    s = situation(
        said(), part(1, "x"), e.PersonSaid(by="7", name="Ana", text="y"), e.Announced(code="joined", text="z")
    )
    assert [(line.speaker, line.name) for line in s.lines] == [
        ("customer", ""), ("bot", ""), ("person", "Ana"), ("system", "")
    ]  # fmt: skip


def test_notes_are_not_lines() -> None:
    assert situation(e.Noted(by="7", text="rude")).lines == ()


def test_only_recent_lines_are_kept_and_always_the_first() -> None:
    s = situation(*(said(str(n)) for n in range(RECENT + 5)))
    assert [line.text for line in s.lines] == [str(n) for n in range(5, RECENT + 5)]
    assert s.first is not None
    assert s.first.text == "0"


def test_a_reply_whose_line_is_gone_starts_another() -> None:
    s = situation(part(1, "a"), *(said() for _ in range(RECENT)), part(2, "b"))
    assert (s.lines[-1].text, s.lines[-1].seq) == ("b", RECENT + 2)


def test_turns_and_what_they_answer() -> None:
    s = situation(
        said(), e.TurnStarted(turn_id="t1", upto=1, engine="offline"), said(), part(1, "a"), ended(1), ended(0, "asked")
    )
    assert (s.turns, s.heard, s.answered, s.ended) == (1, 3, 1, 6)
    assert (s.last_outcome, s.outcomes) == ("asked", ("answered", "asked"))


def test_a_reply_is_open_until_its_turn_ends() -> None:
    s = situation(said(), e.TurnStarted(turn_id="t1", upto=1, engine="offline"), said(), part(1, "a"), part(2, "b"))
    assert s.open_reply == OpenReply("t1", "r1", 2, 1)
    assert situation(ended(1, turn="t0"), start=s).open_reply == s.open_reply
    assert situation(ended(1), start=s).open_reply is None


def test_a_customer_who_writes_reopens() -> None:
    closed = situation(e.Closed(reason="idle"))
    assert closed.closed
    assert not situation(said(), start=closed).closed


def test_mood_is_read_from_the_inbound_check_of_a_line() -> None:
    def checked(score: float, direction: e.Direction = "inbound") -> e.Checked:
        findings = (
            e.Finding(check="sentiment", name="score", score=score),
            e.Finding(check="sentiment", name="frustration", score=0.7),
            e.Finding(check="sentiment", name="frustrated", score=0.7, action="offer"),
        )
        return e.Checked(turn_id="t", direction=direction, subject=1, findings=findings)

    s = situation(said(), checked(0.1), checked(0.25), checked(0.9, "outbound"))
    assert s.moods == (Mood(1, -0.5, 0.7),)  # checked twice after a crash: the last one stands
    assert s.findings[0] == (1, "sentiment", "frustrated")
    assert s.findings[-1] == (4, "sentiment", "frustrated")


def test_consultations_and_tool_results() -> None:
    consultation = e.Consultation(passage="p@1#1", policy="p", version="1", title="P", score=0.5)
    s = situation(
        e.Consulted(turn_id="t", passages=(consultation,), relevance=0.5, as_of=date(2026, 1, 1)),
        e.ToolRan(turn_id="t", call_id="c", tool="orders", arguments={"n": 1}, ok=False, error="late", message="No."),
    )
    assert s.consulted[0].passages == ("p@1#1",)
    assert (s.results[0].seq, s.results[0].ok, s.results[0].error) == (2, False, "late")


def asked() -> e.IdentityAsked:
    return e.IdentityAsked(turn_id="t", tool="orders", arguments={"n": 1})


def ran(tool: str) -> e.ToolRan:
    return e.ToolRan(turn_id="t", call_id="c", tool=tool, ok=True)


def test_a_call_is_parked_until_its_tool_is_used_or_a_person_comes() -> None:
    parked = situation(asked())
    assert parked.parked == Parked(1, "orders", {"n": 1})
    assert situation(ran("other"), start=parked).parked
    made = situation(ran("orders"), start=parked)
    assert made.parked == Parked(1, "orders", {"n": 1}, made=True)  # the turn may be cut short before its answer
    assert situation(ended(1), start=made).parked is None
    assert situation(ended(1), start=parked).parked
    assert situation(proposed("a", "orders"), start=parked).parked is None
    assert situation(e.HandoffRequested(handoff_id="h", reason="upset"), start=parked).parked is None


def test_identity_from_claim_to_proof() -> None:
    code = e.CodeSent(challenge_id="1", customer_id="7", to="s…@x.org", digest="d", expires_at=LATER)
    claim = e.IdentityProven(level="known", customer_id="7", name="Sam", customer_ref="r", method="claim")
    proof = claim.model_copy(update={"level": "verified", "method": "code"})
    claimed = situation(code, claim, e.CodeRefused(challenge_id="0", tries=9), e.CodeRefused(challenge_id="1", tries=2))
    assert claimed.challenge is not None
    assert (claimed.challenge.tries, claimed.identity.level, claimed.identity.customer_id) == (2, "known", "7")
    proven = situation(proof, start=claimed)
    assert (proven.challenge, proven.identity.level, proven.identity.seq) == (None, "verified", 5)


def proposed(action: str, tool: str = "cancel") -> e.ActionProposed:
    return e.ActionProposed(turn_id="t", action_id=action, tool=tool, fingerprint="f", expires_at=LATER)


@pytest.mark.parametrize(
    ("last", "stage", "told"),
    [
        (e.ActionDropped(action_id="a", why="declined"), "dropped", ("declined", "")),
        (e.ActionFailed(action_id="a", code="sent", message="Too late."), "failed", ("sent", "Too late.")),
        (e.ActionUnknown(action_id="a", why="timeout"), "unknown", ("timeout", "")),
        (e.ActionSucceeded(action_id="a", result={"ok": 1}), "succeeded", ("", "")),
    ],
)
def test_the_stages_of_an_action(last: Data, stage: str, told: tuple[str, str]) -> None:
    s = situation(proposed("a"), proposed("b"))
    assert s.proposal is not None
    assert s.proposal.action_id == "b"
    s = situation(
        e.ActionConsented(action_id="a", fingerprint="f", said=1), e.ActionClaimed(action_id="a", idempotency_key="k"),
        start=s,
    )  # fmt: skip
    assert [action.action_id for action in s.unsettled] == ["a"]
    action = situation(last, start=s).actions[0]
    assert (action.stage, action.seq, action.idempotency_key) == (stage, 5, "k")
    assert (action.code, action.message) == told


def waits(action: str = "a") -> Situation:
    """An action that the customer has agreed to and a colleague has yet to approve."""
    return situation(
        proposed(action), e.ActionConsented(action_id=action, fingerprint="f", said=1),
        e.ApprovalAsked(action_id=action, fingerprint="f", expires_at=LATER),
    )  # fmt: skip


def approved(fingerprint: str = "f") -> e.ApprovalGiven:
    return e.ApprovalGiven(action_id="a", fingerprint=fingerprint, by="d", name="Dana", reason="A good customer.")


def refused() -> e.ApprovalRefused:
    return e.ApprovalRefused(action_id="a", fingerprint="f", by="k", name="Kim", reason="No photo.")


def test_an_action_waits_for_a_colleague_until_they_decide_or_time_does() -> None:
    s = waits()
    assert [a.action_id for a in s.waiting] == ["a"]
    assert (s.waiting[0].asked_at, s.waiting[0].expires_at) == (NOW, LATER)
    assert s.proposal is None
    assert not s.decided(NOW)
    assert [a.stage for a in s.decided(LATER)] == ["waiting"]
    yes, no = situation(approved(), start=s).actions[0], situation(refused(), start=s).actions[0]
    assert (yes.stage, yes.decided_by, yes.word) == ("approved", "Dana", "A good customer.")
    assert (no.stage, no.decided_by, no.word) == ("refused", "Kim", "No photo.")


@pytest.mark.parametrize(
    ("first", "second", "stage"),
    [
        (approved(), refused(), "approved"),
        (refused(), approved(), "refused"),
        (e.ActionDropped(action_id="a", why="withdrawn"), approved(), "dropped"),
        (approved("another"), refused(), "refused"),
    ],
)
def test_a_colleagues_word_counts_once_and_for_what_they_saw(first: Data, second: Data, stage: str) -> None:
    assert situation(first, second, start=waits()).actions[0].stage == stage


def test_nobody_approves_what_the_customer_has_not_agreed_to() -> None:
    assert situation(proposed("a"), approved()).actions[0].stage == "proposed"


def test_a_person_settles_what_is_unknown() -> None:
    s = situation(
        proposed("a"), e.ActionClaimed(action_id="a", idempotency_key="k"),
        e.ActionUnknown(action_id="a", why="timeout"),
        e.ActionSucceeded(action_id="a", reconciled=True, name="Dana", seen="F10044 in the ledger"),
    )  # fmt: skip
    assert (s.actions[0].stage, s.actions[0].settled_by) == ("succeeded", "Dana")


def test_open_actions_and_promises_outlive_the_recent() -> None:
    data: list[Data] = [proposed("open"), e.PromiseMade(promise_id="open", text="x", owner="bot")]
    for n in range(RECENT + 3):
        data += [proposed(f"{n}"), e.ActionDropped(action_id=f"{n}", why="declined")]
        data += [
            e.PromiseMade(promise_id=f"{n}", owner="bot"), e.PromiseSettled(promise_id=f"{n}", kept=True)
        ]  # fmt: skip
    s = situation(*data)
    assert len(s.actions) == len(s.promises) == RECENT
    assert (s.actions[0].action_id, s.promises[0].promise_id) == ("open", "open")
    assert (s.actions[1].action_id, s.promises[1].kept) == ("4", True)


def test_a_handoff_from_request_to_wrap_up() -> None:
    packet = e.Packet(first_line="Hi Sam")
    s = situation(
        e.HandoffRequested(handoff_id="h", reason="upset", urgency="high", mode="ticket", answer_by=LATER),
        e.PacketWritten(handoff_id="old", packet=e.Packet()), e.PacketWritten(handoff_id="h", packet=packet),
    )  # fmt: skip
    assert s.handoff is not None
    assert (s.holder, s.handoff.state, s.handoff.packet, s.handoff.packet_seq) == ("queue", "waiting", packet, 3)
    s = situation(("person:7", e.HandoffClaimed(by="7", name="Ana")), start=s)
    assert s.handoff is not None
    assert (s.holder, s.handoff.state, s.handoff.name) == ("person:7", "claimed", "Ana")
    back = situation(e.GivenBack(by="7", instruction="Ask for the size"), start=s)
    assert back.handoff is not None
    assert (back.handoff.state, back.instruction) == ("given_back", "Ask for the size")
    done = situation(e.WrappedUp(by="7", disposition="resolved"), start=s).handoff
    assert done is not None
    assert done.state == "wrapped_up"


def test_who_holds_it_is_what_the_log_says() -> None:
    event = Event("c", 1, NOW, "person:7", e.WrappedUp(by="7", disposition="resolved"), holder="bot")
    assert fold(Situation("c", holder="person:7"), [event]).holder == "bot"


def test_a_ticket_with_a_contact_left_before_or_after() -> None:
    ticket = e.TicketOpened(ticket_id="T1", handoff_id="h", answer_by=LATER)
    left = e.ContactLeft(address="sam@x.org")
    for order in ([ticket, left], [left, ticket]):
        s = situation(
            *order, e.TicketMoved(ticket_id="T0", state="closed"), e.TicketMoved(ticket_id="T1", state="waiting")
        )
        assert s.ticket is not None
        assert (s.ticket.state, s.ticket.contact, s.ticket.answer_by) == ("waiting", "sam@x.org", LATER)


def test_a_rating() -> None:
    assert situation(e.Rated(score=4)).rating == 4


@pytest.mark.parametrize(("conversation", "seq"), [("c", 3), ("c", 1), ("d", 2)])
def test_a_hole_is_an_error(conversation: str, seq: int) -> None:
    with pytest.raises(ValueError, match="does not follow"):
        fold(Situation("c", seq=1), [Event(conversation, seq, NOW, "customer", said())])


# For any run of events

words = st.text(max_size=8)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=4,
)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
few = st.sampled_from(["a", "b"])  # ids that meet each other


def built(model: type[BaseModel]) -> st.SearchStrategy[Any]:
    fields = {name: strategy(name, field.annotation, field.metadata) for name, field in model.model_fields.items()}
    return st.builds(model, **fields)


def strategy(name: str, annotation: Any, metadata: list[Any]) -> st.SearchStrategy[Any]:
    if name.endswith("_id") or name == "tool":
        return few
    if annotation is Any:
        return json_values
    if annotation == dict[str, Any]:
        return st.dictionaries(words, json_values, max_size=3)
    if annotation == dict[str, float]:
        return st.dictionaries(words, st.floats(0, 9), max_size=3)
    low = next((m.ge for m in metadata if hasattr(m, "ge")), 0)
    high = next((m.le for m in metadata if hasattr(m, "le")), 50)
    return {
        int: st.integers(low, high), float: st.floats(0, high if high <= 1 else 1), str: words, datetime: moments,
    }.get(annotation, st.from_type(annotation))  # fmt: skip


packets = (e.PacketLine, e.PacketHeader, e.PacketStep, e.ReadyTool, e.Packet)
for value in (e.Citation, e.Finding, e.Confidence, e.Consultation, *packets):
    st.register_type_strategy(value, built(value))
st.register_type_strategy(datetime, moments)
any_data = st.one_of([built(kind) for kind in KINDS.values()])
runs = st.lists(st.tuples(any_data, st.booleans()), max_size=40)


def forgotten(event: Event) -> Event:
    shown, _ = event.data.split()
    return Event(event.conversation_id, event.seq, event.at, event.actor, type(event.data).model_validate(shown), True)


@given(runs)
def test_any_run_folds_in_any_pieces_and_survives_a_snapshot(run: list[tuple[Data, bool]]) -> None:
    events = [Event("c", n, NOW, "person:7", data) for n, (data, _) in enumerate(run, 1)]
    whole = fold(Situation("c"), events)
    pieces = Situation("c")
    for event, (_, cut) in zip(events, run, strict=True):
        if cut:
            pieces = adapter().validate_json(adapter().dump_json(pieces))
        pieces = fold(pieces, [event])
    assert pieces == whole
    assert whole.seq == len(events)
    assert max(map(len, (whole.lines, whole.results, whole.moods, whole.findings, whole.outcomes)), default=0) <= RECENT


@given(runs)
def test_any_run_folds_when_forgotten_to_the_same_skeleton(run: list[tuple[Data, bool]]) -> None:
    events = [Event("c", n, NOW, "person:7", data) for n, (data, _) in enumerate(run, 1)]
    told, bare = fold(Situation("c"), events), fold(Situation("c"), map(forgotten, events))
    assert bare.forgotten == bool(events)
    for name in ("seq", "holder", "heard", "answered", "turns", "outcomes", "closed", "findings", "rating"):
        assert getattr(bare, name) == getattr(told, name)
    assert [action.stage for action in bare.actions] == [action.stage for action in told.actions]
    assert all(line.text.strip() == "" for line in bare.lines)


@given(any_data)
def test_any_event_survives_its_row(data: Data) -> None:
    box = Box(bytes(32))
    draft = Draft.of("c", "bot", (data,), NOW, box)
    row = {
        "conversation_id": "c", "seq": 1, "at": NOW, "actor": "bot", "kind": data.kind, "holder": None,
        "data": json.loads(draft.datas[0]), "sealed": draft.sealeds[0],
    }  # fmt: skip
    assert event_of(row, box) == draft.events(0, None)[0]
    assert event_of(row, None).data == forgotten(Event("c", 1, NOW, "bot", data)).data


def test_an_event_with_half_a_letter_in_it_is_kept() -> None:
    box = Box(bytes(32))
    data = e.ToolRan(turn_id="t", call_id="c", tool="x", ok=False, arguments={"note": "see you \ud83d"})
    draft = Draft.of("c", "bot", (data,), NOW, box)
    row = {
        "conversation_id": "c", "seq": 1, "at": NOW, "actor": "bot", "kind": data.kind, "holder": None,
        "data": json.loads(draft.datas[0]), "sealed": draft.sealeds[0],
    }  # fmt: skip
    kept = event_of(row, box).data
    assert isinstance(kept, e.ToolRan)
    assert kept.arguments == {"note": "see you ?"}
