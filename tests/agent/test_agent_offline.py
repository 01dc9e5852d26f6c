"""The built-in engine, talking for two businesses it knows nothing about but their tools and policies."""

import time
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

import pytest
from agent_businesses import CLINIC, CLINIC_POLICIES, LIBRARY, LIBRARY_POLICIES, Library, Practice
from agent_talk import NOW, Talk, passages_of

from handrail.agent.models.offline.engine import OfflineModel
from handrail.agent.models.offline.identifiers import ids_in
from handrail.agent.models.offline.slots import Slot
from handrail.agent.models.protocol import Brief, Call, Draft, Result
from handrail.conversation.errors import Unavailable
from handrail.conversation.situation import Handoff, Line, Situation
from handrail.knowledge.embed import Cached
from handrail.knowledge.minilm import MiniLM
from handrail.knowledge.passages import Found


@cache
def embedder() -> Cached:
    return Cached(MiniLM())


def clinic(**more: Any) -> Talk:
    model = OfflineModel(embedder(), CLINIC)
    return Talk(model, CLINIC, embedder(), passages_of(CLINIC_POLICIES), resources=Practice(), **more)


def library(**more: Any) -> Talk:
    model = OfflineModel(embedder(), LIBRARY)
    return Talk(model, LIBRARY, embedder(), passages_of(LIBRARY_POLICIES), resources=Library(), **more)


def called(talk: Talk) -> list[tuple[str, dict[str, Any]]]:
    return [(call.tool, dict(call.arguments)) for call in talk.calls]


# What a message is: small talk, a question, a wish, several of these, or nothing that can be told.


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("hi", "automated assistant of Acme"),
        ("Good morning!", "automated assistant of Acme"),
        ("are you a robot?", "not a person"),
        ("what can you do?", "cancel an appointment"),
        ("thanks!", "You're welcome"),
        ("ok great, thank you so much", "You're welcome"),
        ("bye", "Have a good day"),
    ],
)
async def test_small_talk_is_answered_and_calls_nothing(text: str, part: str):
    talk = clinic()
    assert part in await talk.say(text)
    assert (talk.last.kind, talk.calls) == ("answer", [])


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("What is your cancellation policy?", "You can cancel free of charge up to 24 hours before"),
        ("what happens if I cancel late?", "If you cancel later, we charge £25. [1]"),
        ("how much is a filling", "a filling from £95. [1]"),
        ("what do I pay if I do not come to my appointment?", "we charge £40"),
        ("What can I eat after my filling?", "Wait two hours before you eat. [1]"),
        ("I'm very anxious, what do you offer afraid patients?", "We offer sedation"),
    ],
)
async def test_a_question_is_answered_by_the_policys_own_sentences(text: str, quoted: str):
    talk = clinic()
    assert quoted in await talk.say(text)
    assert (talk.last.kind, talk.calls) == ("answer", [])


async def test_quotations_are_word_for_word_and_cited():
    talk = clinic()
    reply = await talk.say("how much is a filling")
    sentences = [part.strip() for part in reply.split("[1]") if part.strip()]
    assert sentences
    assert all(any(sentence in passage.text for passage in talk.passages) for sentence in sentences)


async def test_a_question_and_a_wish_about_the_same_thing_are_told_apart():
    asked, wished = clinic(), clinic()
    await asked.say("what is your cancellation policy?")
    await wished.say("cancel my appointment")
    assert called(asked) == []
    assert called(wished) == [("my_appointments", {})]


async def test_how_something_is_done_is_answered_and_offered():
    talk = library()
    reply = await talk.say("how do I renew a book?")
    assert "A loan can be renewed twice" in reply
    assert reply.endswith("Would you like me to do that for you?")
    await talk.say("yes please")
    await talk.say("the walk one")
    assert called(talk)[-1] == ("renew_loan", {"loan_id": "L-000125"})


async def test_what_nobody_knows_is_said_and_a_person_offered():
    talk = clinic()
    reply = await talk.say("who won the world cup in 1998?")
    assert (talk.last.kind, talk.last.reason) == ("give_up", "not_covered")
    assert "I don't know" in reply
    assert "person" in reply


async def test_what_makes_no_sense_is_asked_about():
    talk = clinic()
    assert "other words" in await talk.say("asdf") or "not sure what" in talk.situation.lines[-1].text
    assert talk.last.kind == "ask"


async def test_a_wish_for_a_person_is_left_to_people():
    talk = library()
    await talk.say("I want to talk to a human")
    assert (talk.last.kind, talk.last.reason) == ("give_up", "asked_for_person")


# Filling in what a tool needs.


async def test_an_identifier_is_read_however_it_is_written():
    for text in ("cancel A1001", "please cancel appointment #a1001", "cancel A 1001", "cancel appointment 1001 please"):
        talk = clinic()
        await talk.say(text)
        assert called(talk) == [("cancel_appointment", {"appointment_id": "A1001"})], text


async def test_what_the_customer_cannot_know_is_looked_up_and_offered_to_choose_from():
    talk = clinic()
    reply = await talk.say("cancel my appointment")
    assert called(talk) == [("my_appointments", {})]
    assert talk.last.kind == "ask"
    assert reply.startswith("Which appointment do you mean?")
    assert "check-up on Friday, 19 June 2026 at 09:00 with Dr Vance (A1001)" in reply


@pytest.mark.parametrize(
    ("answer", "chosen"),
    [
        ("the second one", "A1002"),
        ("2", "A1002"),
        ("the filling", "A1002"),
        ("the one with dr vance", "A1001"),
        ("A1001", "A1001"),
        ("the one on Friday", "A1001"),
        ("the 24th", "A1002"),
        ("the 9 am one please", "A1001"),
        ("the last one", "A1002"),
    ],
)
async def test_one_of_several_is_chosen_in_many_ways(answer: str, chosen: str):
    talk = clinic()
    await talk.say("cancel my appointment")
    await talk.say(answer)
    assert called(talk)[1:] == [("cancel_appointment", {"appointment_id": chosen})]


async def test_a_thing_that_the_wish_describes_is_not_asked_for():
    for text, loan in (("renew the beekeeping book", None), ("renew A Short Walk Home", "L-000125")):
        talk = library()
        await talk.say(text)
        assert called(talk)[0] == ("list_loans", {})
        assert called(talk)[1] == ("renew_loan", {"loan_id": loan or "L-000124"})


async def test_only_what_is_missing_is_asked_for_one_thing_at_a_time():
    talk = library()
    assert "the day of the booking" in await talk.say("I want to book a study room")
    assert "when it starts" in await talk.say("tomorrow")
    assert "how many people come" in await talk.say("at 10")
    await talk.say("4")
    assert called(talk) == [("book_room", {"day": "2026-06-16", "starts": "10:00", "people": 4})]


async def test_everything_said_at_once_needs_no_question():
    talk = library()
    await talk.say("Please book a study room for 3 people next Wednesday at half past two at Riverside")
    wanted = {"day": "2026-06-24", "starts": "14:30", "people": 3, "branch": "riverside"}
    assert called(talk) == [("book_room", wanted)]


async def test_days_count_in_the_customers_zone():
    late = datetime.fromisoformat("2026-06-15T23:30:00+00:00")
    here, there = library(now=late, timezone="Europe/London"), library(now=late, timezone="America/New_York")
    for talk, day in ((here, "2026-06-17"), (there, "2026-06-16")):
        await talk.say("book a study room for 2 people tomorrow at 9 am")
        assert called(talk)[0][1]["day"] == day


async def test_a_choice_is_taken_from_words_or_from_meaning():
    talk = library()
    await talk.say("I want to report a problem with The Salt Road")
    assert "damaged, lost or missing pages" in talk.situation.lines[-1].text
    await talk.say("some pages were torn out")
    assert called(talk)[-1] == ("report_problem", {"loan_id": "L-000123", "problem": "missing_pages"})


async def test_free_words_are_taken_whole():
    talk = library()
    assert await talk.say("I have moved") == "Could you tell me the new address?"
    await talk.say("it's 12 Pine Street, Springfield")
    assert called(talk) == [("change_address", {"address": "12 Pine Street, Springfield"})]


async def test_placeholders_are_values_like_any_other():
    talk = clinic()
    await talk.say("send my records to <email_1>")
    assert called(talk) == [("send_records", {"email": "<email_1>"})]


async def test_what_narrows_a_search_is_passed_on():
    talk = clinic()
    reply = await talk.say("I'd like to book a cleaning next Tuesday afternoon")
    assert called(talk) == [("find_times", {"treatment": "cleaning", "day": "2026-06-23"})]
    assert "T103" in reply
    assert "T101" not in reply
    await talk.say("the first one")
    assert called(talk)[-1] == ("book_appointment", {"time_id": "T103"})


async def test_where_nothing_fits_exactly_what_there_is_is_shown():
    talk = clinic()
    reply = await talk.say("book a cleaning on the 20th of June")
    assert [arguments for _, arguments in called(talk)] == [
        {"treatment": "cleaning", "day": "2026-06-20"},
        {"treatment": "cleaning"},
    ]
    assert reply.startswith("I found nothing for exactly that.")
    assert "T101" in reply


async def test_an_answer_that_cannot_be_read_is_asked_for_once_more_and_then_a_person_helps():
    talk = library()
    await talk.say("I want to book a study room")
    assert (await talk.say("hmm")).startswith("I'm not sure I understood that.")
    await talk.say("whatever")
    assert (talk.last.kind, talk.last.reason) == ("give_up", "stuck")


# Going on from what was said, shown and done.


async def test_a_question_in_between_is_answered_and_the_wish_goes_on():
    talk = clinic()
    await talk.say("cancel my appointment")
    reply = await talk.say("how much do you charge if I cancel late?")
    assert "we charge £25" in reply
    assert reply.endswith("Which appointment do you mean?")
    await talk.say("the second")
    assert called(talk)[-1] == ("cancel_appointment", {"appointment_id": "A1002"})


async def test_a_change_of_mind_changes_what_was_proposed():
    talk = library()
    await talk.say("book a study room for 4 people tomorrow at 10")
    await talk.say("no, make it 11")
    assert talk.proposed().arguments == {"day": "2026-06-16", "starts": "11:00", "people": 4}
    await talk.say("and for 6 people")
    assert talk.proposed().arguments == {"day": "2026-06-16", "starts": "11:00", "people": 6}


async def test_another_thing_is_picked_while_the_first_is_proposed():
    talk = clinic()
    await talk.say("cancel my appointment")
    await talk.say("the first one")
    await talk.say("sorry, the filling")
    assert talk.proposed().arguments == {"appointment_id": "A1002"}


async def test_never_mind_leaves_everything_as_it_is():
    talk = library()
    await talk.say("I want to book a study room")
    assert "let's leave it" in await talk.say("never mind")
    assert talk.calls == []


async def test_what_it_and_the_second_one_mean_is_remembered():
    talk = library()
    await talk.say("what have I borrowed?")
    await talk.say("renew the first one")
    assert talk.proposed().arguments == {"loan_id": "L-000123"}
    await talk.say("yes")
    reply = await talk.say("and the beekeeping one")
    assert called(talk)[-1] == ("renew_loan", {"loan_id": "L-000124"})
    assert "can't be renewed any more" in reply


async def test_several_wishes_are_dealt_with_one_after_the_other():
    talk = clinic()
    await talk.say("cancel my check-up and send me my x-rays to <email_1>")
    assert talk.proposed().tool == "cancel_appointment"
    reply = await talk.say("yes")
    assert "Done: cancel appointment A1001" in reply
    assert talk.proposed().tool == "send_records"
    await talk.say("yes")
    assert talk.resources.cancelled == ["A1001"]
    assert talk.resources.sent == ["<email_1>"]


async def test_two_things_named_in_one_wish_are_two_wishes():
    talk = clinic()
    await talk.say("please cancel A1001 and A1002")
    await talk.say("yes")
    await talk.say("yes")
    assert talk.resources.cancelled == ["A1001", "A1002"]


async def test_a_question_beside_a_wish_is_answered_before_consent_is_asked():
    talk = clinic()
    reply = await talk.say("please cancel my check-up and tell me what a whitening costs")
    assert reply.index("Whitening costs £240. [1]") < reply.index("Shall I go ahead?")


async def test_after_a_yes_nothing_is_done_twice():
    talk = clinic()
    await talk.say("cancel A1001")
    await talk.say("yes")
    await talk.say("yes")
    assert talk.resources.cancelled == ["A1001"]
    assert talk.last.kind == "answer"


async def test_a_wish_goes_on_when_the_customer_has_proven_who_they_are():
    talk = clinic()
    lines = (
        Line(1, NOW, "customer", "cancel my appointment please"),
        Line(2, NOW, "bot", "Who are you? Please tell me the e-mail address on your account."),
        Line(3, NOW, "customer", "<email_1>"),
        Line(4, NOW, "bot", "Please type the code."),
    )
    found = await CLINIC[2](talk._context())
    shown = Result(Call("my_appointments", {}), True, [row.model_dump(mode="json") for row in found], seq=6)
    situation = Situation("c1", seq=6, lines=lines, answered=4)
    for message in ("", "[code]"):
        brief = Brief(message, situation, Found((), 0.0), CLINIC, (shown,), NOW, "Europe/London", "Acme")
        draft = [piece async for piece in talk.model.draft(brief)][-1]
        assert draft.kind == "ask"
        assert draft.text.startswith("Which appointment do you mean?")


async def test_a_refusal_is_told_with_what_would_work_instead():
    talk = clinic()
    await talk.say("move my filling to next Tuesday")
    reply = await talk.say("the 4 pm one")
    assert "That time was taken a moment ago." in reply
    assert "- Tuesday, 23 June 2026 at 14:00" in reply


async def test_a_refusal_names_the_policy_it_rests_on():
    talk = library()
    await talk.say("renew L-000124")
    assert talk.last.text == "Beekeeping for Everyone can't be renewed any more. [1]"
    assert talk.last.kind == "answer"


def brief_with(result: Result, message: str = "when is my appointment", **more: Any) -> Brief:
    situation = Situation("c1", seq=9, lines=(Line(1, NOW, "customer", message),))
    return replace(Brief(message, situation, Found((), 0.0), CLINIC, (result,), NOW, "Europe/London", "Acme"), **more)


async def drafted(brief: Brief) -> Draft:
    return [piece async for piece in OfflineModel(embedder(), CLINIC).draft(brief)][-1]


@pytest.mark.parametrize("code", ["no_connection", "unavailable", "busy", "circuit_open", "not_allowed", "rejected"])
async def test_a_call_that_was_turned_away_calls_for_a_person_unless_a_rule_says_why(code: str):
    down = await drafted(brief_with(Result(Call("my_appointments", {}), False, code=code)))
    assert (down.kind, down.reason) == ("give_up", "action_failed")
    refused = await drafted(brief_with(Result(Call("my_appointments", {}), False, code=code, refusal="We are full.")))
    assert refused.text.startswith("We are full.")


@pytest.mark.parametrize("code", ["timeout", "error"])
async def test_a_system_that_is_down_is_not_called_again(code: str):
    draft = await drafted(brief_with(Result(Call("my_appointments", {}), False, code=code, refusal="TypeError")))
    assert (draft.kind, draft.reason) == ("give_up", "action_failed")
    assert "TypeError" not in draft.text


async def test_nothing_found_is_said():
    assert (
        await drafted(brief_with(Result(Call("my_appointments", {}), True, [])))
    ).text == "I found nothing for that."


async def test_what_was_sent_already_is_not_repeated():
    rows = [
        {"appointment_id": "A1001", "treatment": "check-up", "starts_at": "2026-06-19T08:00:00Z", "dentist": "Dr V"}
    ]
    result = Result(Call("my_appointments", {}), True, rows)
    whole = await drafted(brief_with(result))
    assert whole.text == "check-up on Friday, 19 June 2026 at 09:00 with Dr V (A1001)."
    assert (await drafted(brief_with(result, sent=whole.text))).text == ""


async def test_what_a_person_wrote_is_in_view_after_they_gave_back():
    talk = library()
    await talk.say("my book is torn")
    talk.person("I have ordered a new copy of your book. It arrives on Thursday.")
    handoff = Handoff("h", 3, NOW, "upset", "normal", "general", "live", None, "given_back", "u1", "Dana")
    talk.situation = replace(talk.situation, handoff=handoff)
    reply = await talk.say("when does the new copy arrive?")
    assert "Dana wrote to you: “It arrives on Thursday.”" in reply or "new copy" in reply


async def test_what_a_person_asked_the_bot_to_do_is_done_next():
    talk = clinic()
    await talk.say("hello")
    handoff = Handoff("h", talk.seq, NOW, "upset", "normal", "general", "live", None, "given_back", "u1", "Dana")
    talk.situation = replace(talk.situation, handoff=handoff, instruction="Please cancel appointment A1002 for them.")
    await talk.say("ok")
    assert talk.proposed().arguments == {"appointment_id": "A1002"}


async def test_the_same_brief_gives_the_same_draft():
    texts = []
    for _ in range(2):
        talk = clinic()
        texts.append([await talk.say(line) for line in ("hi", "move my filling to Tuesday", "the first", "yes")])
    assert texts[0] == texts[1]


async def test_every_draft_names_its_engine():
    talk = clinic()
    for line in ("hi", "cancel A1001", "who won the world cup?"):
        await talk.say(line)
    assert {draft.engine for draft in talk.drafts} == {"offline"}


@pytest.mark.parametrize(
    "piece", ["\n", "and what ", "at 1 ", "my order on friday and cancel, or what if i, ", "'", "(", "W1 "]
)
async def test_a_long_message_takes_no_longer_than_its_length_warrants(piece: str):
    talk = clinic()
    began = time.process_time()
    await talk.say(piece * (8000 // len(piece)))
    # Once in a second would be far too slow already; what grows with the square of the length took seven.
    assert time.process_time() - began < 3


class Down:
    """An embedder that does not answer."""

    name, dimensions = "down", 384

    async def embed(self, texts: Any) -> Any:
        raise Unavailable("no embeddings today")


async def test_without_embeddings_words_alone_route():
    model = OfflineModel(Down(), CLINIC)
    brief = Brief(
        "please cancel my appointment A1001", Situation("c1"), Found((), 0.0), CLINIC, (), NOW, "Europe/London", "Acme"
    )
    pieces = [piece async for piece in model.draft(brief)]
    assert isinstance(pieces[-1], Draft)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Please confirm talk VKGG7T", ["VKGG7T"]),
        ("it is about 20026-17", ["20026-17"]),
        ("please CONFIRM my talk about web2py", []),
        ("both VKGG7T and R2D2X, thanks", ["VKGG7T", "R2D2X"]),
    ],
)
def test_an_identifier_of_no_known_form_has_digits_or_a_digit_among_capitals(text: str, found: list[str]):
    assert ids_in(text, Slot(("code",), "id", required=True, description="")) == found
