"""Names that customers tell, and words that only look like some."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.guardrails.contact import contacts
from handrail.guardrails.person import Person, people, recorded
from handrail.guardrails.placeholders import Placeholders


@pytest.mark.parametrize(
    ("line", "first", "last"),
    [
        ("My name is Ana Lopez and I want a refund", "Ana", "Lopez"),
        ("my name is ana lopez and i want a refund", "ana", "lopez"),
        ("Hi, this is Ana", "Ana", ""),
        ("I'm May, order W10021", "May", ""),
        ("My name is Will.", "Will", ""),
        ("It's Tom O'Neil again", "Tom", "O'Neil"),
        ("Ana here, where is my parcel?", "Ana", ""),
        ("Where is it?\n\nBest regards,\nAna de la Cruz", "Ana", "de la Cruz"),
        ("Where is it?\nRegards\nMary Ann Smith\nHaverleigh", "Mary Ann", "Smith"),
        ("Please cancel it. Thanks, Will", "Will", ""),
        ("Mrs. Greenfield called", "Greenfield", ""),
        ("the table is booked under oehler, cancel it", "oehler", ""),
        ("please change the name to Jonas Weber", "Jonas", "Weber"),
        ("Ich heiße Jürgen Müller.", "Jürgen", "Müller"),
        ("Mit freundlichen Grüßen\nJürgen Müller", "Jürgen", "Müller"),
        ("je m'appelle Marie Dupont", "Marie", "Dupont"),
        ("me llamo José García, quiero cambiar mi pedido", "José", "García"),
    ],
)
def test_a_name_is_told(line: str, first: str, last: str) -> None:
    (told,) = people(line)
    assert told.person == Person(first, last)
    assert line[told.start : told.end] == f"{first} {last}".strip()


@pytest.mark.parametrize(
    "line",
    [
        "May I return it? Will it arrive? Mark my order as paid.",
        "This is Urgent. I'm Platinum member.",
        "I am Sorry, this is Ridiculous!",
        "I'm German and may come in June",
        "I'm in London, it is Monday",
        "Order here. Thanks, bye",
        "Thanks, will wait",
        "the name is on the card, my name is spelled wrong",
        "call me Monday, call me back",
        "the booking is under warranty, it is under review",
        "Hello Ana, can you help?",
        "Thank you!",
        "it's Black Friday and I'm looking for a tent",
    ],
)
def test_words_are_no_names(line: str) -> None:
    assert people(line) == ()


def test_an_answer_to_the_question_for_a_name_is_one() -> None:
    (told,) = people("ana lopez", "May I have your full name, please?")
    assert told.person == Person("ana", "lopez")
    assert people("ana lopez", "Which colour?") == ()
    assert people("yes please", "What is your name?") == ()


def test_fields_of_records_tell_names() -> None:
    record = {
        "name": {"first_name": "Yusuf", "last_name": "Rossi"},
        "items": [{"name": "Trail tent", "recipient": "Ana de la Cruz"}],
        "firstName": "",
    }
    assert list(recorded(record)) == [Person("Yusuf", "Rossi"), Person("Ana", "de la Cruz")]


def test_a_name_that_is_told_is_hidden_wherever_it_stands() -> None:
    known = Placeholders()
    known.meet("Hi, my name is Ana Lopez, order W10021")
    told = "Ana Lopez bought it. ANA LOPEZ, Lopez's tent, ana@example.org, /ana, Anabel"
    assert known.hide(told) == ("<name_1> bought it. <name_1>, <name_1.last>'s tent, <email_1>, /ana, Anabel")
    assert known.reveal("Dear <name_1.first>, <name_1>") == "Dear Ana, Ana Lopez"
    assert known.unknown("<name_1.middle> <name_2> <name_1.last>") == ("<name_1.middle>", "<name_2>")
    assert known.parts == {"<name_1>": ("first", "last")}


def test_a_name_that_is_a_word_is_hidden_only_where_it_is_one() -> None:
    known = Placeholders()
    known.meet("My name is Will May")
    line = "I will come in May, will that do? Will it rain? Thanks, Will"
    assert known.hide(line) == line.replace("Thanks, Will", "Thanks, <name_1.first>")
    assert known.hide("Hello Will, Will May") == "Hello <name_1.first>, <name_1>"


def test_a_first_name_and_the_full_name_of_the_record_are_one_person() -> None:
    known = Placeholders()
    known.meet("this is Ana")
    assert known.hide("Ana") == "<name_1>"
    known.hide_all({"first_name": "Ana", "last_name": "Lopez"})
    known.add_name("Ben Otto")
    assert known.hide("Ana and Ana Lopez and Ben") == "<name_1.first> and <name_1> and <name_2.first>"


def test_a_phone_number_that_is_known_is_hidden_also_where_it_looks_like_an_order() -> None:
    known = Placeholders.of(["call me on 312-555-0199"])
    assert known.hide_all({"phone": "3125550199", "order": "3125550198"}) == {
        "phone": "<phone_1>",
        "order": "3125550198",
    }


@pytest.mark.parametrize(
    ("written", "region", "other"),
    [
        ("0171 5550 142", "DE", "US"),
        ("091 123 4567", "CH", "GB"),
        ("(312) 555-0199", "US", "DE"),
        ("08-123 456 78", "SE", "US"),
    ],
)
def test_whose_phone_numbers_are_known_is_set(written: str, region: str, other: str) -> None:
    assert [c.kind for c in contacts(f"mine is {written}", (region,))] == ["phone"]
    assert contacts(f"it is {written}", (other,)) == ()


digits = st.text("0123456789", min_size=4, max_size=14)


@given(
    st.sampled_from(["order", "order number", "booking", "tracking no.", "invoice #", "return", "ticket", "Order ID:"]),
    digits,
    st.sampled_from(["", "?", ".", ", please", " and where is it?"]),
)
def test_order_numbers_are_no_phone_numbers(word: str, number: str, rest: str) -> None:
    assert all(c.kind != "phone" for c in contacts(f"where is my {word} {number}{rest}"))


@given(digits, st.sampled_from(["{}", "I mean {}", "{}, please", "W{}", "#{}", "it was {} and {}"]))
def test_a_bare_number_is_no_phone_number(number: str, line: str) -> None:
    assert all(c.kind != "phone" for c in contacts(line.format(number, number)))


names = st.sampled_from(["Ana Lopez", "Will May", "Jürgen Müller", "Ana", "Zoe O'Neil"])
others = st.sampled_from(
    ["I will come in May", "order W10021", "ana.lopez@example.org", "312-555-0199", "Mark it, please", "<b>"]
)


@given(st.lists(names, min_size=1, max_size=3, unique=True), st.lists(others, max_size=4))
def test_what_is_hidden_comes_back(told: list[str], rest: list[str]) -> None:
    known = Placeholders()
    for name in told:
        known.meet(f"my name is {name}")
    text = "; ".join([*(f"my name is {name}" for name in told), *rest])
    hidden = known.hide(text)
    assert known.reveal(hidden) == text
    assert not any(name in hidden for name in told)
    assert known.hide(hidden) == hidden


@given(
    st.lists(
        st.sampled_from(["Best,", "\n", "my name is", "Ana", "ana", "this is", "X", "'", "Ü", " ", "here", "Mr."]),
        max_size=30,
    )
)
def test_names_of_any_text_stand_in_it_apart_from_one_another(pieces: list[str]) -> None:
    text = " ".join(pieces)
    found = people(text)
    assert all(0 <= f.start < f.end <= len(text) for f in found)
    assert all(one.end <= two.start for one, two in pairwise(found))
