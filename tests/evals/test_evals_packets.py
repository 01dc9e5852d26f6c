"""How a packet is scored."""

import pytest
from evals_logs import case, log

from handrail.conversation import events as e
from handrail.evals import packets


def test_a_packet_tells_the_facts_that_a_person_must_read():
    packet = e.Packet(
        lines=(e.PacketLine(topic="wants", text="Says: “Where is W1?”", evidence=("seq:2",)),),
        steps=(e.PacketStep(text="Refund £9.00.", evidence=("seq:3",)),),
    )
    wanted = case(packet=["w1", ["£9.00", "£10.00"], "11 June"])
    score = packets.recall(wanted, packet)
    assert score.value == pytest.approx(2 / 3)
    assert score.detail == "it does not tell '11 June'"
    assert packets.recall(wanted, None).value == 0
    assert packets.recall(case(), packet).value is None


def packet(*lines: str) -> e.Packet:
    return e.Packet(lines=tuple(e.PacketLine(topic="wants", text=line, evidence=("seq:2",)) for line in lines))


def test_values_that_nobody_tagged_count_against_precision():
    score = packets.precision(
        case(packet=["W10005", ["£9.00", "£10.00"]]), packet("Order W10005 of £9.00.", "Due 3 June.")
    )
    assert score.value == pytest.approx(2 / 3)
    assert score.detail == "beside: 3 June"
    assert packets.precision(case(packet=["W10005"]), packet("Is cross.")).value is None
    assert packets.precision(case(), packet("W10005")).value is None
    assert packets.precision(case(packet=["W1"]), None).value is None


def test_lines_that_were_dropped_had_no_evidence():
    written = e.PacketWritten(handoff_id="h1", packet=packet("one", "two", "three"), dropped=1)
    assert packets.supported(case(), log(written)).value == 0.75
    assert packets.supported(case(), log()).value is None
