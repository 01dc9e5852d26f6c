import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from handrail.guardrails.mask import mask


@pytest.mark.parametrize(
    ("text", "secret", "kind"),
    [
        ("my card is 4111 1111 1111 1111 thanks", "1111 1111", "card"),
        ("5500-0055-5555-5559", "5500", "card"),
        ("order 12345 4111 1111 1111 1111", "4111", "card"),
        ("amex 378282246310005", "3782", "card"),
        ("card 4111111111111112 (I may have mistyped)", "4111", "card"),
        ("４１１１ １１１１ １１１１ １１１１", "１１１１", "card"),
        ("card 4111 1111 1111 1111, cvv 123", "123", "secret"),
        ("IBAN DE89 3704 0044 0532 0130 00 please", "3704", "iban"),
        ("gb82west12345698765432", "west", "iban"),
        ("my bank account number is 12345678", "12345678", "iban"),
        ("my ssn is 123-45-6789", "6789", "id_number"),
        ("078-05-1120", "1120", "id_number"),
        ("social security number 219099999", "219099999", "id_number"),
        ("DNI 12345678Z", "12345678Z", "id_number"),
        ("passport number is X1234567", "X1234567", "id_number"),
        ("my password is hunter2", "hunter2", "secret"),
        ("password: Sunshine!", "Sunshine", "secret"),
        ("my password is sunshine", "sunshine", "secret"),
        ("my pin is 4821", "4821", "secret"),
        ("key sk-proj-abcDEF1234567890abcdef", "abcDEF", "secret"),
        ("ghp_" + "a1B2" * 9, "a1B2", "secret"),
        ("Authorization: Bearer abcdef1234567890abcdef", "abcdef", "secret"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl", "eyJ", "secret"),
        ("postgres://bob:s3cret@db/shop", "s3cret", "secret"),
        ("AKIAIOSFODNN7EXAMPLE", "AKIA", "secret"),
    ],
)
def test_what_must_not_be_kept_is_gone(text: str, secret: str, kind: str) -> None:
    masked = mask(text)
    assert secret not in masked.text
    assert kind in masked.kinds


@pytest.mark.parametrize(
    "text",
    [
        "order W10021 and booking B2041",
        "1048573920 and 1048573921",
        "tracking 9400111899223100001234",
        "call me on 312-555-0199",
        "my code is 482913",
        "from 2026-06-15 to 2026-07-01, 10:00",
        "my password is not working",
        "the password is wrong and was changed",
        "How do I reset my password?",
        "is a passport needed for the tour? order W10021",
        "1,299.00 GBP for 12 345 678 points",
        "4111 1111 1111 1112 items",
    ],
)
def test_what_tools_need_stays(text: str) -> None:
    masked = mask(text)
    assert masked.text == text
    assert masked.kinds == ()


@given(st.text(alphabet="0123456789 -.ABCabc:@mypasword is\n", max_size=80))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = mask(text).text
    assert mask(once).text == once


@given(st.integers(10**13, 10**14 - 1), st.sampled_from(["", " ", "-"]), st.text(alphabet="abc ,.", max_size=10))
def test_every_card_number_goes(tail: int, gap: str, around: str) -> None:
    body = f"4{tail}"
    number = body + luhn.calc_check_digit(body)
    written = gap.join(number[i : i + 4] for i in range(0, 16, 4))
    masked = mask(f"{around} {written} {around}")
    assert masked.kinds == ("card",)
    assert not any(c.isdigit() for c in masked.text)


@given(st.integers(10**9, 10**10 - 1))
def test_no_ten_digit_order_number_goes(number: int) -> None:
    assert mask(f"where is order {number}?").kinds == ()
