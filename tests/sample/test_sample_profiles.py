"""Who a customer is, and how they are found."""

import pytest


async def test_the_profile_is_the_customers_own(customer):
    assert (await customer("C1001").value("profile"))["email"] == "priya.raman@example.org"
    assert (await customer("C1002").value("profile"))["name"] == "Tom Okafor"


async def test_contacts_are_changed_once_and_cleaned(customer):
    priya = customer("C1001")
    preview = await priya.preview("change_contact", email="Priya@Example.com", phone="+44 7700 900 555")
    assert preview.summary == (
        "Change the e-mail address from priya.raman@example.org to priya@example.com and the phone number from "
        "07700900901 to 07700900555 in your account"
    )
    done = await priya.do("change_contact", email="Priya@Example.com", phone="+44 7700 900 555")
    assert done.value == {"email": "priya@example.com", "phone": "07700900555"}


async def test_a_contact_of_somebody_else_cannot_be_taken(customer):
    called = await customer("C1001").do("change_contact", email="tom.okafor@example.org")
    assert (called.end, called.code) == ("refused", "not_available")
    assert (await customer("C1001").do("change_contact")).code == "nothing_to_change"


@pytest.mark.parametrize("wrong", [{"email": "priya at example"}, {"phone": "12"}])
async def test_what_is_no_contact_is_not_taken(customer, wrong):
    assert (await customer("C1001").do("change_contact", **wrong)).end == "invalid"


@pytest.mark.parametrize(
    ("claim", "found"),
    [
        ({"email": "PRIYA.raman@example.org "}, "C1001"),
        ({"phone": "+44 7700 900901"}, "C1001"),
        ({"order_id": "w10001"}, "C1001"),
        ({"booking_id": "B20001"}, "C1001"),
        ({"customer_id": "c1001"}, "C1001"),
        ({"postcode": "la894qt", "name": "priya raman"}, "C1001"),
        ({"email": "priya.raman@example.org", "order_id": "W10004"}, None),
        ({"order_id": "W10004", "email": "tom.okafor@example.org"}, "C1002"),
        ({"name": "Priya Raman"}, None),
        ({"email": "nobody@example.org"}, None),
        ({"email": "' OR 1=1 --"}, None),
        ({"phone": "call me"}, None),
        ({"shoe_size": "5"}, None),
        ({}, None),
    ],
)
async def test_a_claim_points_at_one_person_or_none(shop, workspace, claim, found):
    person = await workspace.find_customer(shop, claim)
    assert (person.id if person else None) == found


async def test_gear_is_found_by_anybody(customer):
    anybody = customer(None, "none")
    boots = await anybody.value("find_products", query="leather boots")
    assert boots[0]["product"] == "Corrie leather boots" and boots[0]["price"] == "£189.00"
    assert await anybody.value("find_products", query="zeppelin") == []
