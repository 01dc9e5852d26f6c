import json
import sys
from pathlib import Path

import pytest
from bench.tau2.airline import Airline
from bench.tau2.domain import Action, Domain, load
from bench.tau2.judge import is_told, judge, pass_hat
from bench.tau2.play import opening
from bench.tau2.server import Channel
from bench.tau2.store import Refused, Store, calculate
from bench.tau2.workspace import policies
from mcp import ClientSession
from mcp.client.stdio import StdioServerParameters, stdio_client
from tau2_made_up import CANCEL, database, write

from handrail.conversation.errors import SettingsError


@pytest.fixture
def shop(tmp_path: Path) -> Domain:
    return load("retail", write(tmp_path))


def test_a_cancelled_order_is_paid_back_and_its_gift_card_filled_at_once(shop: Domain) -> None:
    replayed = shop.replay([Action.model_validate(CANCEL)])
    order = replayed.state["orders"]["#A1"]
    assert (order["status"], order["cancel_reason"]) == ("cancelled", "no longer needed")
    refund = {"transaction_type": "refund", "amount": 10.0, "payment_method_id": "gift_1"}
    assert order["payment_history"][1:] == [refund]
    assert replayed.state["users"]["ada"]["payment_methods"]["gift_1"]["balance"] == 12.0
    again = shop.replay([Action.model_validate(CANCEL)] * 2)
    assert again.state == replayed.state and again.refused == ("", "the order is cancelled, not pending")


def test_items_are_swapped_and_the_difference_is_paid(shop: Domain) -> None:
    rules = shop.rules()
    rules.modify_pending_order_items("#A1", ["m1"], ["m2"], "card_1")  # type: ignore[union-attr]
    (order,) = rules.store.changed()["orders"].values()
    assert (order["status"], order["items"][0]["item_id"]) == ("pending (item modified)", "m2")
    assert order["payment_history"][-1]["amount"] == 2.5
    for new, why in (("m3", "out of stock"), ("m9", "unknown")):
        with pytest.raises(Refused, match=why):
            shop.rules().modify_pending_order_items("#A1", ["m1"], [new], "card_1")  # type: ignore[union-attr]
    with pytest.raises(Refused, match="balance"):
        shop.rules().modify_pending_order_items("#A1", ["m1"], ["m2"], "gift_1")  # type: ignore[union-attr]


def test_a_trip_is_booked_changed_and_cancelled_at_its_price() -> None:
    day = {"status": "available", "available_seats": {"economy": 2}, "prices": {"economy": 100}}
    flights = {"F1": {"origin": "A", "destination": "B", "flight_number": "F1", "dates": {"2024-06-01": day}}}
    methods = {
        "gift_1": {"source": "gift_card", "id": "gift_1", "amount": 300},
        "cert_1": {"source": "certificate", "id": "cert_1", "amount": 80},
    }
    users = {"ada": {"user_id": "ada", "payment_methods": methods, "reservations": []}}
    rules = Airline(Store(_json({"flights": flights, "users": users, "reservations": {}})))
    terms = {"origin": "A", "destination": "B", "flight_type": "one_way", "cabin": "economy", "insurance": "yes"}
    terms |= {"total_baggages": 1, "nonfree_baggages": 1}
    legs = [{"flight_number": "F1", "date": "2024-06-01"}]
    heads = [{"first_name": "Ada", "last_name": "Reed", "dob": "1990-01-01"}] * 2
    paid = [{"payment_id": "gift_1", "amount": 230}, {"payment_id": "cert_1", "amount": 80}]
    with pytest.raises(Refused, match="310"):
        rules.book_reservation("ada", legs, heads, payment_methods=paid[:1], **terms)
    assert rules.store.changed() == {"flights": {}, "users": {}, "reservations": {}}, "what is refused changes nothing"
    booked = rules.book_reservation("ada", legs, heads, payment_methods=paid, **terms)
    assert booked["reservation_id"] == "HATHAT"
    state = rules.store.changed()
    assert state["flights"]["F1"]["dates"]["2024-06-01"]["available_seats"]["economy"] == 0
    assert state["users"]["ada"]["payment_methods"] == {"gift_1": methods["gift_1"] | {"amount": 70}}
    rules.update_reservation_baggages("HATHAT", 2, 2, "gift_1")
    rules.update_reservation_flights("HATHAT", "economy", legs, "gift_1")
    assert booked["payment_history"][2:] == [{"payment_id": "gift_1", "amount": 50}], "a leg that stays keeps its fare"
    rules.cancel_reservation("HATHAT")
    assert [one["amount"] for one in booked["payment_history"]] == [230, 80, 50, -230, -80, -50]


def test_the_judge_compares_end_states_and_what_was_said(shop: Domain) -> None:
    cancel, nothing = shop.tasks[0], shop.tasks[2]
    right = shop.replay(cancel.evaluation_criteria.actions).state
    assert judge(shop, cancel, right, ["It is $10.0."]).passed
    assert not judge(shop, cancel, right, ["It is done."]).passed
    assert not judge(shop, cancel, None, ["It is $10.0."]).database
    assert judge(shop, nothing, None, []).passed and judge(shop, nothing, {"orders": {}}, []).database
    assert not judge(shop, nothing, right, []).database
    assert judge(shop, nothing, None, []).unscored == 1
    assert is_told("1628", ["That makes $1,628."]) and not is_told("1628", ["That makes $162."])


def test_pass_hat_is_the_chance_that_all_of_k_trials_pass() -> None:
    assert pass_hat([(4, 4), (4, 2)], 1) == 0.75
    assert pass_hat([(4, 4), (4, 2)], 2) == pytest.approx((1 + 1 / 6) / 2)
    assert pass_hat([(1, 1)], 2) is None


def test_whose_case_it_is_is_found_by_records_ids_e_mail_or_name_and_zip_code(shop: Domain) -> None:
    assert [shop.customer(task) for task in shop.tasks] == ["ada", "ada", "bob", "ada"]


def test_a_policy_is_cut_by_its_sections(shop: Domain) -> None:
    cut = dict(policies(shop.policy))
    assert list(cut) == ["shop-policy.md", "cancel-an-order.md", "exchange.md"]
    assert "### Payment" in cut["exchange.md"] and 'title: "Exchange"' in cut["exchange.md"]


def test_missing_data_are_told_with_their_mend(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="HANDRAIL_DATA"):
        load("airline", tmp_path)


def test_arithmetic_is_worked_out_and_nothing_else() -> None:
    assert calculate("(12.5 - 10) * 2") == "5.0"
    for wrong in ("__import__('os')", "1 / 0", "2 ** 9", "1 +"):
        with pytest.raises(Refused):
            calculate(wrong)


def test_an_opening_is_in_the_first_person(shop: Domain) -> None:
    assert opening(shop.tasks[0]) == "I want help with my order."


async def test_the_server_serves_a_fresh_copy_for_each_task_and_tells_what_it_changed(tmp_path: Path) -> None:
    root, folder = write(tmp_path), tmp_path / "channel"
    folder.mkdir()
    channel = Channel(folder)
    served = StdioServerParameters(
        command=sys.executable,
        args=["-m", "bench.tau2.server", "retail", "--data", str(root), "--channel", str(folder)],
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    async with stdio_client(served) as streams, ClientSession(*streams) as session:
        await session.initialize()
        marks = {tool.name: tool.annotations for tool in (await session.list_tools()).tools}
        assert marks["get_order_details"].read_only_hint and not marks["cancel_pending_order"].read_only_hint
        assert marks["cancel_pending_order"].idempotent_hint and not marks["modify_pending_order_items"].idempotent_hint
        channel.begin("first")
        done = await session.call_tool("cancel_pending_order", CANCEL["arguments"])
        assert not done.is_error and done.structured_content["status"] == "cancelled"
        again = await session.call_tool("cancel_pending_order", CANCEL["arguments"])
        assert again.is_error and "not pending" in again.content[0].text
        assert channel.state["orders"]["#A1"]["status"] == "cancelled"
        assert [call["refused"] for call in channel.calls] == ["", "the order is cancelled, not pending"]
        channel.begin("second")
        fresh = await session.call_tool("get_order_details", {"order_id": "#A1"})
        assert fresh.structured_content == database()["orders"]["#A1"]
        assert channel.state is None


def _json(value: object) -> bytes:
    return json.dumps(value).encode()
