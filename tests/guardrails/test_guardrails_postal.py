"""Addresses as people write them in one line, taken apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.guardrails.contact import contacts
from handrail.guardrails.postal import PARTS, parts_of


@pytest.mark.parametrize(
    ("written", "street", "unit", "city", "state", "postcode"),
    [
        ("7 Larch Drive, Suite 310, Tulsa, OK 74103", "7 Larch Drive", "Suite 310", "Tulsa", "OK", "74103"),
        ("7 Larch Drive Apt. 4B Tulsa OK 74103-1122", "7 Larch Drive", "Apt. 4B", "Tulsa", "OK", "74103-1122"),
        ("10 5th Ave N, New York, New York 10001", "10 5th Ave N", "", "New York", "New York", "10001"),
        ("3 Elm Street, Washington, DC 20500", "3 Elm Street", "", "Washington", "DC", "20500"),
        ("1 Main St, Springfield, IL", "1 Main St", "", "Springfield", "IL", ""),
        ("P.O. Box 123, Denver, CO 80203", "P.O. Box 123", "", "Denver", "CO", "80203"),
        ("12 Baker Street, London NW1 6XE", "12 Baker Street", "", "London", "", "NW1 6XE"),
        ("Flat 3, 12 Baker Street, London NW1 6XE", "12 Baker Street", "Flat 3", "London", "", "NW1 6XE"),
        ("12 High St, Thame, Oxfordshire, OX9 3AA", "12 High St", "", "Thame", "", "OX9 3AA"),
        ("Hauptstraße 12, 12345 Berlin", "Hauptstraße 12", "", "Berlin", "", "12345"),
        ("Gartenweg 12a 61348 Bad Homburg", "Gartenweg 12a", "", "Bad Homburg", "", "61348"),
        ("12 bis, rue de Rivoli, 75001 Paris", "12 bis rue de Rivoli", "", "Paris", "", "75001"),
        ("12 George St, Sydney NSW 2000", "12 George St", "", "Sydney", "NSW", "2000"),
        ("221B Baker Street", "221B Baker Street", "", "", "", ""),
    ],
)
def test_an_address_has_its_parts(written: str, street: str, unit: str, city: str, state: str, postcode: str) -> None:
    told = {"street": street, "unit": unit, "city": city, "state": state, "postcode": postcode}
    parts = parts_of(written)
    assert {name: parts.get(name, "") for name in told} == told


@pytest.mark.parametrize(
    ("written", "road", "number", "country"),
    [
        ("7 Larch Drive, Tulsa, OK 74103, USA", "Larch Drive", "7", "USA"),
        ("Hauptstr. 12a, 12345 Berlin, Deutschland", "Hauptstr.", "12a", "Deutschland"),
        ("12 ter, avenue Foch, 75116 Paris", "avenue Foch", "12 ter", ""),
        ("P.O. Box 123, Denver, CO 80203", "", "", ""),
    ],
)
def test_a_street_has_its_road_and_number(written: str, road: str, number: str, country: str) -> None:
    parts = parts_of(written)
    assert (parts.get("road", ""), parts.get("number", ""), parts.get("country", "")) == (road, number, country)


@pytest.mark.parametrize(
    "text",
    ["12 rue de Rivoli, 75001 Paris", "12 bis, rue de l'Église", "3 place Victor Hugo 38000 Grenoble"],
)
def test_french_addresses_are_contact_data(text: str) -> None:
    (found,) = contacts(f"Envoyez-le au {text}, merci")
    assert (found.kind, found.end - found.start) == ("address", len(text))


@pytest.mark.parametrize("text", ["2 places at a table", "in 3 route planners", "10 avenue tickets", "1 place for 2"])
def test_what_only_sounds_so_is_none(text: str) -> None:
    assert not contacts(text)


def test_a_unit_in_the_middle_of_a_name_is_part_of_it() -> None:
    assert parts_of("1 Ave Flat 3 Hill, Leeds")["street"] == "1 Ave Flat 3 Hill"
    found = parts_of("12 Baker Street, London, Flat 3, NW1 6XE")
    assert (found["street"], found["unit"], found["city"]) == ("12 Baker Street", "Flat 3", "London")


@given(st.text(alphabet=st.sampled_from("AbÉß 0123456789,.#-'St Ave Rd Suite CO"), max_size=80))
def test_no_part_is_made_up(text: str) -> None:
    parts = parts_of(text)
    assert set(parts) <= set(PARTS)
    plain = "".join(text.split()).replace(",", "")
    assert all(value and "".join(value.split()).replace(",", "") in plain for value in parts.values())


def test_what_is_too_long_for_an_address_is_none() -> None:
    assert parts_of(f"12 Baker Street, London{',' * 4000} UK") == {}
