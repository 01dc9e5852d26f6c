"""Packets: what a person reads first, on this business and on ones never seen."""

from datetime import UTC, datetime, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

import pytest
from desk_talk import START, Talk
from hypothesis import given, settings
from hypothesis import strategies as st

from handrail.conversation import events as e
from handrail.conversation.errors import Invalid, Unavailable
from handrail.desk.packet import LINES, compose
from handrail.desk.verify import Verified, verify
from handrail.desk.writer import Body, DraftLine, PacketDraft, Packets, instructions, material

BERLIN = ZoneInfo("Europe/Berlin")
RULES = ("Rules that apply", "The bot answered from", "Looked at")


def packet(talk: Talk, reason: e.Reason = "asked_for_person", *triggers: str) -> Verified:
    made = compose(talk.situation, talk.events, now=START, zone=BERLIN, requested=asked(reason, *triggers))
    return verify(made, talk.events, zones=[BERLIN])


def asked(reason: e.Reason, *triggers: str, mode: Literal["live", "ticket"] = "live") -> e.HandoffRequested:
    return e.HandoffRequested(handoff_id="h", reason=reason, triggers=triggers, department="care", mode=mode)


def topic_of(line: e.PacketLine) -> str:
    return "policy" if line.topic == "next" and line.text.split(":")[0] in RULES else line.topic


def lines(talk: Talk, *args: str) -> dict[str, str]:
    verified = packet(talk, *args)
    assert verified.dropped == ()
    return {
        topic: "\n".join(one.text for one in verified.packet.told if topic_of(one) == topic)
        for topic in get_args(e.Topic)
    }


def outdoor() -> Talk:
    """An order that is late, a cancellation that is refused, anger, and the wish for a person."""
    talk = Talk()
    talk.customer("hi")
    talk.bot("Hello! How can I help?")
    talk.customer("Where is my order W10021? I leave for Norway on Thursday.", sentiment=0.0, frustration=0.1)
    talk.proven()
    talk.read(
        "order_status",
        {
            "order_id": "W10021", "state": "in_transit", "placed_at": "2026-06-02T09:14:00Z",
            "total": {"amount": "129.00", "currency": "EUR"},
            "lines": [{"sku": "T2", "name": "Trail tent", "quantity": 1}, {"name": "Peg set", "quantity": 3}],
            "shipments": [{"carrier": "DHL", "state": "delayed", "expected": "2026-06-19"}],
        },
        order_id="W10021",
    )  # fmt: skip
    talk.bot("Your order W10021 is in transit.", "It is expected on 19 June.")
    talk.customer("That's too late. Cancel it and give me my money back", sentiment=-0.5, frustration=0.5)
    rule = e.Citation(policy="cancellations", version="3", title="Cancellations and refunds")
    action = talk.propose("cancel_order", "cancel order W10021 and refund €129.00", rule=rule, order_id="W10021")
    talk.add(e.ActionFailed(action_id=action, code="dispatched", message="It has left our warehouse."))
    said = talk.customer("This is ridiculous!! get me a real person", sentiment=-0.9, frustration=0.9)
    talk.check(said, "asks_for_person", "asked")
    return talk


def test_everything_a_person_needs_is_there_and_stands_on_its_evidence():
    told = lines(outdoor(), "asked_for_person", "asks_for_person/asked")
    assert told["who"] == "Sara Lindqvist (customer C-1042), identity proven by a code sent to the contact on file."
    assert "Where is my order W10021?" in told["wants"]
    assert "Cancel it and give me my money back" in told["wants"]
    for fact in ("Order W10021", "in transit", "€129.00", "Trail tent", "DHL", "delayed", "19 June"):
        assert fact in told["established"]
    assert "without effect: cancel order W10021 and refund €129.00. It has left our warehouse." in told["tried"]
    assert told["stuck"] == "Asked for a person: “This is ridiculous!! get me a real person”"
    assert told["mood"].startswith("Angry")
    assert "“Cancellations and refunds” (version 3)" in told["policy"]
    assert "exception" in told["next"]


def test_the_header_says_who_waits_for_what_and_until_when():
    head = packet(outdoor(), "upset").packet.header
    assert head is not None
    assert (head.customer_id, head.level, head.channel, head.language) == ("C-1042", "verified", "chat", "en")
    assert (head.department, head.urgency, head.reason, head.since) == ("care", "normal", "upset", START)
    assert head.deadline is not None
    assert head.deadline.text == "“I leave for Norway on Thursday.”"
    assert head.due == datetime(2026, 6, 18, 21, 59, tzinfo=UTC)


def test_the_handoff_that_was_asked_for_is_the_one_that_is_told_later_on():
    talk = outdoor()
    seq = talk.add(asked("upset", "asks_for_person/asked"), "bot")
    talk.customer("hello? is anybody there?")
    head = compose(talk.situation, talk.events, now=START + timedelta(hours=3), zone=BERLIN).header
    assert head is not None
    assert (head.reason, head.since) == ("upset", talk.events[seq - 1].at)


def test_the_signals_that_made_the_bot_give_up_are_told_in_their_own_words():
    talk = Talk()
    for _ in range(3):
        talk.customer("Where is it?")
    said = talk.customer("I asked you that three times!")
    talk.check(said, "stuck", "repeat", action="handover", reason="said the same 3 times")
    told = lines(talk, "stuck", "stuck/repeat")["stuck"]
    assert told.endswith("Signals: stuck: repeat (said the same 3 times).")


def test_a_person_is_told_to_confirm_who_they_are_where_something_waited_for_it():
    talk = Talk()
    talk.customer("Cancel order W1 please")
    talk.add(e.IdentityAsked(turn_id="t", tool="cancel_order", arguments={"order_id": "W1"}), "bot")
    talk.customer("I can't get the code, give me a person")
    assert "Confirm who they are before you share or change anything." in lines(talk)["next"]
    talk.proven()
    assert "Confirm who they are" not in lines(talk)["next"]


def test_an_address_is_asked_for_where_the_answer_comes_later():
    talk = Talk()
    talk.customer("My stove broke on its first trip, what now?")
    later = compose(talk.situation, talk.events, now=START, zone=BERLIN, requested=asked("stuck", mode="ticket"))
    assert any(step.text.startswith("Ask where the answer may be sent") for step in later.steps)
    talk.add(e.ContactLeft(address="ade@example.org"), "customer")
    later = compose(talk.situation, talk.events, now=START, zone=BERLIN, requested=asked("stuck", mode="ticket"))
    assert not any(step.text.startswith("Ask where the answer may be sent") for step in later.steps)


def test_the_first_line_goes_on_instead_of_starting_again():
    first = packet(outdoor()).packet.first_line
    assert first.startswith("Hello Sara,")
    assert "don't need to repeat" in first
    assert "order W10021" in first


def test_refs_point_at_what_the_line_tells():
    talk = outdoor()
    by_seq = {f"seq:{event.seq}": event for event in talk.events}
    for line in packet(talk).packet.told:
        kinds = {by_seq[ref].kind for ref in line.evidence}
        if line.topic == "established":
            assert kinds == {"tool_ran"}
        if line.topic in ("wants", "mood"):
            assert kinds == {"customer_said"}


def test_a_packet_has_at_most_eight_lines():
    talk = outdoor()
    for number in range(6):
        talk.read("get_booking", {"booking_id": f"B{number}", "status": "confirmed"}, booking_id=f"B{number}")
        talk.customer(f"and what about booking B{number}, why is it wrong?")
        talk.propose("cancel_booking", f"cancel booking B{number}", booking_id=f"B{number}")
        talk.add(e.PromiseMade(promise_id=f"p{number}", text=f"We call about B{number}", owner="bot"))
    assert len(packet(talk).packet.lines) <= LINES


@pytest.mark.parametrize(
    ("tool", "result", "facts"),
    [
        (
            "get_line_details",
            {"line_id": "L1003", "status": "Suspended", "plan": {"name": "Fiber 500", "price_per_month": 45.5},
             "balance_due": 91.0, "currency": "USD", "contract_end_date": "2027-01-31"},
            ["Line L1003", "Suspended", "$91.00", "31 January 2027", "Fiber 500"],
        ),
        (
            "lookup_claim",
            {"claims": [{"claim_number": "CL-77812", "stage": "under_review", "incident_date": "2026-05-30",
                         "payout": {"amount": 1840.5, "currency": "GBP"}}]},
            ["Claim CL-77812", "under review", "30 May", "£1,840.50"],
        ),
        (
            "account_summary",
            {"accountNumber": "DE-4471", "balanceCents": 120550, "currency": "EUR", "cardBlocked": True},
            ["Account DE-4471", "€1,205.50", "card blocked: yes"],
        ),
        (
            "patient_appointments",
            [{"id": 5512, "doctor": "Dr Obi", "starts_at": "2026-06-18T07:30:00Z", "status": "booked", "room": None}],
            ["Appointment 5512", "Dr Obi", "18 June at 09:30", "booked"],
        ),
        ("get_loyalty_points", 420, ["Loyalty points: 420"]),
    ],
)  # fmt: skip
def test_tools_of_other_businesses_are_told_by_their_shape(tool, result, facts):
    talk = Talk()
    talk.customer("What is going on with this? I need it sorted.")
    talk.read(tool, result)
    told = lines(talk)["established"]
    for fact in facts:
        assert fact in told


def test_of_many_records_those_that_were_spoken_of_count():
    talk = Talk()
    talk.customer("Why is order W3 not here yet?")
    talk.read("find_orders", {"orders": [{"order_id": f"W{n}", "state": "delivered"} for n in range(1, 9)]})
    told = lines(talk)["established"]
    assert "W3" in told
    assert "W7" not in told


def test_the_newest_word_on_a_record_holds():
    talk = Talk()
    talk.customer("Please cancel order W1, and why does it take so long?")
    talk.read("order_status", {"order_id": "W1", "state": "open", "total": 20})
    action = talk.propose("cancel_order", "cancel order W1", order_id="W1")
    talk.add(e.ActionSucceeded(action_id=action, result={"order_id": "W1", "state": "cancelled"}))
    told = lines(talk)
    assert "cancelled" in told["established"]
    assert "open" not in told["established"]
    assert told["tried"] == "Done: cancel order W1."


def test_what_may_have_happened_is_looked_up_first():
    talk = Talk()
    talk.customer("Refund my deposit please")
    action = talk.propose("refund_deposit", "refund the deposit of $80.00", booking_id="B1")
    talk.add(e.ActionClaimed(action_id=action, idempotency_key="k"))
    talk.add(e.ActionUnknown(action_id=action, why="timeout"))
    told = lines(talk, "action_unknown")
    assert told["tried"] == "Uncertain whether it went through: refund the deposit of $80.00."
    assert told["next"].startswith("First look in the system whether it went through")
    assert "did not see its end" in told["stuck"]


@pytest.mark.parametrize(
    ("level", "words"),
    [("none", "Not identified"), ("known", "by their own word; not proven"), ("verified", "proven by")],
)
def test_it_tells_how_sure_we_are_of_who_they_are(level, words):
    talk = Talk()
    talk.customer("Where is my parcel?")
    if level != "none":
        talk.proven(level=level)
    assert words in lines(talk)["who"]


def test_open_promises_are_told_and_settled_ones_are_not():
    talk = Talk()
    talk.customer("Where is my refund?")
    due = datetime(2026, 6, 19, 15, tzinfo=UTC)
    talk.add(e.PromiseMade(promise_id="a", text="We refund you by Friday", owner="person:ben", due=due))
    talk.add(e.PromiseMade(promise_id="b", text="We call you back", owner="person:ben"))
    talk.add(e.PromiseSettled(promise_id="b", kept=True))
    assert lines(talk)["promised"] == "Promised: “We refund you by Friday” (due 19 June at 17:00)"


def test_the_course_of_the_mood_is_told():
    talk = Talk()
    for sentiment in (0.1, 0.0, -0.8, -0.9):
        talk.customer(f"this is line {sentiment}", sentiment=sentiment)
    assert lines(talk)["mood"] == "Very unhappy, since “this is line -0.8”; calm before."


@pytest.mark.parametrize("said", ["yes", "[code]", "ok, [card number removed]"])
def test_a_bare_yes_and_what_was_blacked_out_have_no_mood(said):
    talk = Talk()
    talk.customer("This is useless", sentiment=-0.9)
    talk.customer(said, sentiment=0.2)
    assert lines(talk)["mood"] == "Very unhappy."


def test_what_a_rule_refused_is_told_and_left_to_the_person():
    talk = Talk()
    talk.customer("Cancel order W5 please")
    talk.read("cancel_order", None, ok=False, message="After dispatch an order can't be cancelled.", order_id="W5")
    told = lines(talk)
    assert told["tried"] == "Tried: cancel order W5. After dispatch an order can't be cancelled."
    assert told["next"] == "Decide whether to make an exception, or explain the rule."


def test_what_was_not_found_is_asked_for_again():
    talk = Talk()
    talk.customer("Return order W99 please, it is broken")
    talk.read("start_return", None, ok=False, message="There is no order W99.", error="order_not_found", order_id="W99")
    talk.bot("I can't find an order W99 in your account.", outcome="refused")
    told = lines(talk)
    assert told["tried"] == "Tried: start return W99. There is no order W99."
    assert told["next"] == "Find out with them which one they mean."


def test_of_records_that_the_bot_listed_the_one_that_was_chosen_counts():
    talk = Talk()
    talk.customer("Can you cancel my last order? I don't need it")
    orders = [{"order_id": f"W{n}", "state": "open", "total": "£0.00" if n == 1 else f"£{n}9.00"} for n in (1, 2, 3)]
    talk.read("find_orders", {"orders": orders})
    talk.bot("You have W1, W2 and W3.")
    talk.read("cancel_order", None, ok=False, message="It has been dispatched.", order_id="W3")
    assert lines(talk)["established"] == "Order W3: open, total £39.00."
    assert "order W3" in packet(talk).packet.first_line


@pytest.mark.parametrize("result", [[], {"bookings": []}, {"count": 0, "items": []}, None])
def test_a_look_that_brought_nothing_is_told(result):
    talk = Talk()
    talk.customer("What bookings do I have?")
    talk.read("find_bookings", result)
    assert lines(talk)["tried"] == "Looked up: find bookings. There is nothing."


def test_where_the_bot_had_no_answer_it_says_so_and_does_not_quote_its_excuse():
    talk = Talk()
    talk.customer("Do you sponsor local clubs?")
    talk.bot("I don't know that. Shall I bring in a person?", outcome="offered")
    talk.customer("yes please pass me to somebody")
    assert lines(talk)["tried"] == "The bot had no sure answer and offered a person."


def test_rules_are_told_apart_from_what_was_only_cited_or_looked_at():
    cited = e.Citation(policy="care", version="1", title="Caring for your gear")
    talk = outdoor()
    talk.bot("Dry your tent before you pack it.", citations=(cited,))
    assert lines(talk)["policy"] == (
        "Rules that apply: “Cancellations and refunds” (version 3).\n"
        "The bot answered from: “Caring for your gear” (version 1)."
    )
    looked = Talk()
    looked.customer("Can I bring my dog on the trip?")
    looked.consult("pets", "Pets on trips", "2")
    looked.consult("parking", "Parking", "1", relevance=0.2)
    assert lines(looked)["policy"] == ""
    assert lines(looked, "not_covered")["policy"] == "Looked at: “Pets on trips” (version 2)."


def test_a_grave_matter_is_not_quoted_back():
    talk = Talk()
    talk.customer("I'll see you in court over this harness")
    assert "court" not in packet(talk, "legal").packet.first_line


def test_a_reply_stays_whole_when_the_customer_writes_into_it():
    talk = Talk()
    talk.customer("How long is the warranty on stoves?")
    for part, text in ((1, "The warranty is two years."), (2, "It covers the valve and the hose.")):
        talk.add(e.BotSaid(turn_id="t", reply_id="r", part=part, text=text, engine="offline"), "bot")
        talk.customer("hello?")
    assert lines(talk)["tried"].count("The bot answered") == 1


def test_a_colleague_who_was_there_before_is_quoted():
    talk = Talk()
    talk.customer("My stove leaks gas")
    talk.person("Please stop using it, Ade. I'll send a new one.", name="Ben")
    talk.customer("It still has not come")
    assert "Ben wrote before: “Please stop using it" in lines(talk)["tried"]


def test_greetings_and_the_call_for_a_person_are_not_what_they_want():
    talk = Talk()
    for text in ("hello", "representative", "I was charged twice for my kayak", "yes", "representative!!", "thanks"):
        talk.customer(text)
    assert lines(talk)["wants"] == "Says: “I was charged twice for my kayak”"


def test_where_nothing_else_was_said_the_call_for_a_person_is_all_they_want():
    talk = Talk()
    talk.customer("representative!!")
    assert "representative" in lines(talk)["wants"]


def test_a_forgotten_conversation_says_only_that():
    talk = Talk(forgotten=True)
    talk.customer("my secret")
    talk.read("order_status", {"order_id": "W1"})
    verified = packet(talk)
    assert [line.text for line in verified.packet.lines] == [
        "This customer's data was erased; what they wrote can't be read any more."
    ]
    assert verified.packet.first_line == ""


def test_a_conversation_in_which_nothing_happened_has_a_packet_too():
    assert packet(Talk()).packet.told


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=30)
    | st.dates().map(str) | st.datetimes().map(lambda d: d.isoformat()),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["id", "order_id", "status", "total", "total_cents", "currency", "name", "date",
                                       "items", "created_at", "note", "isActive", "amount", ""]) | st.text(max_size=8),
                      inner, max_size=5),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=150)
@given(JSON, st.text(max_size=80), st.text(max_size=80))
def test_no_tool_result_and_no_words_break_a_packet_or_get_past_the_verifier(result, said, answer):
    talk = Talk()
    talk.customer(said)
    talk.read("get_thing", result)
    talk.bot(answer)
    talk.customer("a real person please")
    verified = packet(talk)
    again = verify(verified.packet, talk.events, zones=[BERLIN])
    assert again.packet.lines == verified.packet.lines
    assert len(verified.packet.lines) <= LINES
    assert all(line.evidence for line in verified.packet.lines)


class Model:
    """A writer whose draft, or error, is given."""

    name = "model"

    def __init__(self, outcome: PacketDraft | Exception) -> None:
        self.outcome = outcome
        self.asked: list[str] = []

    async def write(self, instructions: str, material: str, schema: type[PacketDraft]) -> PacketDraft:
        self.asked.append(material)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return schema.model_validate(self.outcome.model_dump())


def draft(*told: tuple[str, str, list[str]], first_line: str = "") -> PacketDraft:
    found = [DraftLine.model_validate({"topic": t, "text": text, "evidence": refs}) for t, text, refs in told]
    return PacketDraft(lines=found, first_line=first_line)


async def make(model: Model, talk: Talk, **options: bool) -> Verified:
    packets = Packets(BERLIN, model)
    return await packets.make(talk.situation, talk.events, now=START, requested=asked("asked_for_person"), **options)


async def test_a_models_packet_passes_the_same_verifier_and_the_facts_fill_its_gaps():
    model = Model(
        draft(
            ("wants", "Sara wants order W10021 before she leaves for Norway on Thursday.", ["seq:4"]),
            ("established", "Order W10021 is in transit, expected 19 June.", ["seq:7"]),
            ("established", "Order W10021 cost €219.00.", ["seq:7"]),
            ("tried", "The bot cancelled the order.", ["seq:12"]),
            ("next", "Decide whether W10021 may come back.", ["seq:7"]),
            first_line="Hello Sara, your order W10021 is expected on 19 June.",
        )
    )
    talk = outdoor()
    verified = await make(model, talk)
    texts = [line.text for line in verified.packet.lines]
    assert verified.packet.engine == "model"
    assert len(verified.dropped) == 2
    assert not any("219" in text or "cancelled the order" in text for text in texts)
    assert [line.topic for line in verified.packet.told][:4] == ["who", "mood", "deadline", "wants"]
    (step, *rules) = verified.packet.steps
    assert step.text == "Decide whether W10021 may come back."
    assert [policy.title for policy in step.policies] == ["Cancellations and refunds"]
    assert [rule.text for rule in rules] == ["Rules that apply: “Cancellations and refunds” (version 3)."]
    assert any("without effect" in text for text in texts)
    assert verified.packet.first_line == "Hello Sara, your order W10021 is expected on 19 June."


@pytest.mark.parametrize(
    "outcome",
    [
        Unavailable("down"),
        Invalid("not the schema"),
        TimeoutError(),
        draft(("wants", "Bob wants $500.", ["seq:4"])),
        draft(),
    ],
)
async def test_when_the_model_fails_the_facts_stand(outcome):
    talk = outdoor()
    verified = await make(Model(outcome), talk)
    assert verified.packet.engine == "facts"
    assert verified.packet == packet(talk).packet


async def test_in_a_hurry_no_model_is_asked():
    model = Model(draft())
    await make(model, outdoor(), quick=True)
    assert model.asked == []


def test_the_material_is_numbered_and_the_instructions_name_every_topic():
    told = material(outdoor().events)
    assert "[seq:4] customer_said:" in told
    assert "Trail tent" in told
    assert all(f"`{topic}`" in instructions() for topic in get_args(Body))


def test_moments_are_told_in_the_readers_zone():
    talk = Talk()
    talk.customer("When is my booking B77?")
    talk.read("get_booking", {"booking_id": "B77", "starts": (START + timedelta(days=1)).isoformat()})
    told = compose(talk.situation, talk.events, now=START, zone=ZoneInfo("Asia/Tokyo"), requested=asked("stuck"))
    assert any("16 June at 19:00" in line.text for line in told.lines)
