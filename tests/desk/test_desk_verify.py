"""The verifier: what the evidence bears stays, what was altered goes, whoever wrote it."""

import re
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from desk_talk import Talk
from hypothesis import given
from hypothesis import strategies as st

from handrail.conversation import events as e
from handrail.conversation.events import Packet, PacketLine
from handrail.desk.verify import verify

BERLIN = ZoneInfo("Europe/Berlin")


def order() -> Talk:
    """seq 2 the customer, 3 the proof, 4 the order as a tool gave it, 5 the bot, 6 a cancellation proposed."""
    talk = Talk()
    talk.customer(
        "Hi, order W10021 cost me $129.00 and I was told by Anna it'd come on Friday. Cancel it, I was refunded once"
    )
    talk.proven("Sara Lindqvist")
    talk.read(
        "order_status",
        {
            "order_id": "W10021", "state": "in_transit", "total_cents": 12900, "currency": "USD",
            "expected": "2026-06-17T22:30:00Z", "lines": [{"name": "Trail tent", "quantity": 2}],
        },
    )  # fmt: skip
    talk.bot("It has left our warehouse and comes on 18 June.")
    talk.propose("cancel_order", "cancel order W10021 and refund $129.00", order_id="W10021")
    return talk


def why(text: str, *refs: str, talk: Talk | None = None, passages: dict[str, str] | None = None) -> str | None:
    packet = Packet(lines=(PacketLine(topic="established", text=text, evidence=refs),))
    result = verify(packet, (talk or order()).events, passages, [BERLIN])
    assert len(result.packet.lines) + len([d for d in result.dropped if d.line.text == text]) == 1
    return result.dropped[0].why if result.dropped else None


@pytest.mark.parametrize(
    ("text", "refs"),
    [
        ("Order W10021 is in transit, total $129.00.", ["seq:4"]),
        ("Order W10021, $129, 2 × Trail tent.", ["seq:4"]),
        ("Expected 17 June.", ["seq:4"]),
        ("Expected Thursday 18 June at 00:30.", ["seq:4"]),
        ("Expected 2026-06-17.", ["seq:4"]),
        ("Sara wants order W10021 cancelled.", ["seq:2"]),
        ("Customer says Anna told them Friday.", ["seq:2"]),
        ("Asks: “Cancel it”", ["seq:2"]),
        ("Asks: “order W10021 … Friday”", ["seq:2"]),
        ("The bot told them it comes on 18 June.", ["seq:5"]),
        ("Two tents.", ["seq:4"]),
    ],
)
def test_what_the_evidence_bears_stays(text, refs):
    assert why(text, *refs) is None


@pytest.mark.parametrize(
    ("text", "refs", "told"),
    [
        ("Order W10012 is in transit.", ["seq:4"], "w10012"),
        ("Total $192.00.", ["seq:4"], "192"),
        ("Total €129.00.", ["seq:4"], "EUR"),
        ("Expected 19 June.", ["seq:4"], "19/6"),
        ("Expected Monday 18 June.", ["seq:4"], "monday"),
        ("Expected 18 June at 01:30.", ["seq:4"], "01:30"),
        ("Expected 18 June 2025.", ["seq:4"], "18/6"),
        ("Three tents.", ["seq:4"], "three"),
        ("Customer says Hanna told them Friday.", ["seq:2"], "hanna"),
        ("Susan wants her order.", ["seq:2"], "susan"),
        ("Asks: “Refund it”", ["seq:2"], "Refund it"),
        ("Write to anna@example.org.", ["seq:2"], "anna@example.org"),
        ("The order was cancelled.", ["seq:2", "seq:6"], "cancelled"),
        ("The customer was refunded.", ["seq:2"], "refunded"),
        ("Comes tomorrow.", ["seq:4"], "tomorrow"),
        ("Order W10021 is in transit.", ["seq:99"], "seq:99"),
        ("Order W10021 is in transit.", [], "no evidence"),
        ("Order W10021 is in transit.", ["seq:1"], "w10021"),
    ],
)
def test_what_it_does_not_bear_goes(text, refs, told):
    reason = why(text, *refs)
    assert reason is not None
    assert told in reason


def test_an_effect_counts_once_it_happened():
    talk = order()
    action = talk.events[-1].data.action_id
    assert why("Order W10021 was cancelled.", "seq:6", talk=talk) is not None
    seq = talk.add(e.ActionSucceeded(action_id=action, result={"state": "cancelled"}))
    assert why("Order W10021 was cancelled.", "seq:6", f"seq:{seq}", talk=talk) is None


def test_who_only_says_who_they_are_is_not_verified():
    talk = Talk()
    seq = talk.proven(level="known")
    assert why("Sara Lindqvist, identity verified.", f"seq:{seq}", talk=talk) is not None
    seq = talk.proven(level="verified")
    assert why("Sara Lindqvist, identity verified.", f"seq:{seq}", talk=talk) is None


def test_passages_bear_their_text_and_their_title():
    talk = Talk()
    passage = talk.consult("returns", "Returns and refunds", "3", "Within 30 days")
    assert why("Rules: “Returns and refunds” (version 3).", f"passage:{passage}", talk=talk) is None
    assert why("Fee of $5 after 45 days.", f"passage:{passage}", talk=talk) is not None
    texts = {passage: "After 45 days we charge a fee of $5."}
    assert why("Fee of $5 after 45 days.", f"passage:{passage}", talk=talk, passages=texts) is None


def test_counts_of_the_customers_lines_rest_on_the_lines():
    talk = Talk()
    refs = [f"seq:{talk.customer('where is it')}" for _ in range(3)]
    assert why("Asked for it 3 times.", *refs, talk=talk) is None
    assert why("Asked for it 4 times.", *refs, talk=talk) is not None


def test_a_first_line_that_nothing_bears_is_emptied_and_counted():
    line = PacketLine(topic="established", text="Order W10021.", evidence=("seq:4",))
    good = verify(Packet(lines=(line,), first_line="Hello Sara, I'm looking at W10021."), order().events)
    assert good.packet.first_line
    assert not good.dropped
    bad = verify(Packet(lines=(line,), first_line="Hello Sara, your refund of $50 is on its way."), order().events)
    assert bad.packet.first_line == ""
    assert len(bad.dropped) == 1


def test_forgotten_events_bear_nothing():
    talk = Talk(forgotten=True)
    talk.customer("My order is W10021")
    assert why("Order W10021.", "seq:2", talk=talk) is not None


AMOUNTS = st.decimals(Decimal("0.01"), Decimal("99999"), places=2)
IDS = st.from_regex(r"[A-Z]{1,3}-?[0-9]{4,7}", fullmatch=True)
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))
COUNTS = st.integers(1, 9999)


@st.composite
def told(draw):
    """A tool result and a line that tells it as it is."""
    amount, order_id, day, count = draw(AMOUNTS), draw(IDS), draw(DAYS), draw(COUNTS)
    if draw(st.booleans()):
        result = {
            "order_id": order_id,
            "total": f"{amount}",
            "currency": "USD",
            "due": day.isoformat(),
            "points": count,
        }
    else:
        result = {"order_id": order_id, "total_cents": int(amount * 100), "currency": "USD", "due": day.isoformat(),
                  "points": count}  # fmt: skip
    written = draw(
        st.sampled_from([f"{day.day} {day:%B} {day.year}", f"{day:%B} {day.day}, {day.year}", day.isoformat()])
    )
    return result, f"Order {order_id}: total ${amount:,}, due {written}, points: {count}."


def line_of(result: dict, text: str) -> bool:
    """Whether the line stays."""
    talk = Talk()
    seq = talk.read("order", result)
    packet = Packet(lines=(PacketLine(topic="established", text=text, evidence=(f"seq:{seq}",)),))
    return bool(verify(packet, talk.events).packet.lines)


@given(told())
def test_a_line_that_tells_it_as_it_is_stays(case):
    assert line_of(*case)


@given(told(), st.data())
def test_a_line_with_any_digit_altered_is_dropped(case, data):
    result, text = case
    places = [match.start() for match in re.finditer(r"\d", text)]
    place = data.draw(st.sampled_from(places))
    digit = data.draw(st.sampled_from([d for d in "0123456789" if d != text[place]]))
    altered = text[:place] + digit + text[place + 1 :]
    # An altered number may happen to be another number of the same result, and is then borne.
    others = {Decimal(str(v)) for k, v in result.items() if k in ("total", "points")}
    others |= (
        {Decimal(result["total_cents"]), Decimal(result["total_cents"]) / 100} if "total_cents" in result else set()
    )
    others |= {Decimal(date.fromisoformat(result["due"]).year)}
    number = Decimal(re.search(r"[\d,.]*\d", altered[altered.index("points:") :])[0].replace(",", ""))
    if place > text.index("points:") and number in others:
        return
    # A leading nought changes no number.
    if digit == "0" and not text[place - 1].isdigit() and _same_numbers(text, altered):
        return
    assert not line_of(result, altered)


def _same_numbers(one: str, other: str) -> bool:
    read = lambda text: [int(n) for n in re.findall(r"\d+", text)]  # noqa: E731
    return read(one) == read(other)


@given(told(), st.timedeltas(timedelta(days=1), timedelta(days=400)))
def test_a_line_with_another_day_is_dropped(case, off):
    result, text = case
    day = date.fromisoformat(result["due"])
    other = day + off
    shown = f"{other.day} {other:%B} {other.year}"
    altered = re.sub(r"due .*, points", f"due {shown}, points", text)
    assert not line_of(result, altered)


@given(told(), st.sampled_from(["Marta", "Olaf Berg", "Priya", "Zoltan"]))
def test_a_line_with_a_name_from_nowhere_is_dropped(case, name):
    result, text = case
    assert not line_of(result, f"{name}: {text}")
    assert not line_of(result, f"{text[:-1]}, as agreed with {name}.")
