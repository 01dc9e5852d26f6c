"""The tools of the airline, by the effects and errors that its `tools.json` tells in words."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from bench.tau2.store import Record, Refused, Store, calculate, method_of

BOOKED_AT = "2024-05-15T15:00:00"
"""The moment at which the airline's clock stands."""
NEW_IDS = ("HATHAT", "HATHAU", "HATHAV")
CERTIFICATES = ("certificate_3221322", "certificate_3221323", "certificate_3221324")
INSURANCE, BAG = 30, 50
CITIES = {
    "ATL": "Atlanta", "BOS": "Boston", "CLT": "Charlotte", "DEN": "Denver", "DFW": "Dallas", "DTW": "Detroit",
    "EWR": "Newark", "IAH": "Houston", "JFK": "New York", "LAS": "Las Vegas", "LAX": "Los Angeles", "LGA": "New York",
    "MCO": "Orlando", "MIA": "Miami", "MSP": "Minneapolis", "ORD": "Chicago", "PHL": "Philadelphia", "PHX": "Phoenix",
    "SEA": "Seattle", "SFO": "San Francisco",
}  # fmt: skip


class Airline:
    """The tools, each a method of its name."""

    additive = frozenset({"book_reservation", "send_certificate"})
    repeatable = frozenset({"update_reservation_passengers"})

    def __init__(self, store: Store) -> None:
        self.store = store

    def get_user_details(self, user_id: str) -> Record:
        return self.store.get("users", user_id)

    def get_reservation_details(self, reservation_id: str) -> Record:
        return self.store.get("reservations", reservation_id)

    def get_flight_status(self, flight_number: str, date: str) -> str:
        status: str = self._day(flight_number, date)["status"]
        return status

    def list_all_airports(self) -> list[Record]:
        served = {flight[end] for flight in self.store.kinds["flights"].values() for end in ("origin", "destination")}
        return [{"iata": iata, "city": CITIES.get(iata, iata)} for iata in sorted(served)]

    def search_direct_flight(self, origin: str, destination: str, date: str) -> list[Record]:
        return [_told(flight, date) for flight in self._flying(origin, date) if flight["destination"] == destination]

    def search_onestop_flight(self, origin: str, destination: str, date: str) -> list[list[Record]]:
        pairs = []
        for first in self._flying(origin, date):
            if first["destination"] == destination:
                continue
            arrival = first["scheduled_arrival_time_est"]
            late = arrival.endswith("+1")
            day = (datetime.fromisoformat(date) + timedelta(days=1)).date().isoformat() if late else date
            for second in self._flying(first["destination"], day):
                fits = second["destination"] == destination
                if fits and second["scheduled_departure_time_est"] >= arrival.removesuffix("+1"):
                    pairs.append([_told(first, date), _told(second, day)])
        return pairs

    def calculate(self, expression: str) -> str:
        return calculate(expression)

    def transfer_to_human_agents(self, summary: str) -> str:
        return "Transfer successful"

    def book_reservation(
        self, user_id: str, flights: Sequence[Record], passengers: Sequence[Record], **terms: Any
    ) -> Record:
        user = self.store.get("users", user_id)
        new_id = self._new_id()
        legs = [self._leg(leg, terms["cabin"], len(passengers)) for leg in flights]
        price = sum(leg["price"] for leg in legs) * len(passengers) + BAG * terms["nonfree_baggages"]
        price += INSURANCE * len(passengers) if terms["insurance"] == "yes" else 0
        payments = terms.pop("payment_methods")
        self._expect_paid(user, payments, price)
        for leg in legs:
            self._day(leg["flight_number"], leg["date"])["available_seats"][terms["cabin"]] -= len(passengers)
        for payment in payments:
            method = user["payment_methods"][payment["payment_id"]]
            if method["source"] == "gift_card":
                method["amount"] -= payment["amount"]
            elif method["source"] == "certificate":
                del user["payment_methods"][payment["payment_id"]]
        reservation = {
            "reservation_id": new_id,
            "user_id": user_id,
            "flights": legs,
            "passengers": list(passengers),
            "payment_history": payments,
            "created_at": BOOKED_AT,
            **terms,
        }
        self.store.kinds["reservations"][new_id] = reservation
        user["reservations"].append(new_id)
        return reservation

    def cancel_reservation(self, reservation_id: str) -> Record:
        reservation = self.store.get("reservations", reservation_id)
        paid = reservation["payment_history"]
        paid.extend([{"payment_id": one["payment_id"], "amount": -one["amount"]} for one in paid])
        reservation["status"] = "cancelled"
        return reservation

    def update_reservation_flights(
        self, reservation_id: str, cabin: str, flights: Sequence[Record], payment_id: str
    ) -> Record:
        reservation = self.store.get("reservations", reservation_id)
        heads = len(reservation["passengers"])
        kept = {(leg["flight_number"], leg["date"]): leg for leg in reservation["flights"]}
        if cabin != reservation["cabin"]:
            kept = {}
        legs = [kept.get((leg["flight_number"], leg["date"])) or self._leg(leg, cabin, heads) for leg in flights]
        before = sum(leg["price"] for leg in reservation["flights"])
        self._charge(reservation, payment_id, (sum(leg["price"] for leg in legs) - before) * heads)
        reservation.update(flights=legs, cabin=cabin)
        return reservation

    def update_reservation_baggages(
        self, reservation_id: str, total_baggages: int, nonfree_baggages: int, payment_id: str
    ) -> Record:
        reservation = self.store.get("reservations", reservation_id)
        self._charge(reservation, payment_id, BAG * max(0, nonfree_baggages - reservation["nonfree_baggages"]))
        reservation.update(total_baggages=total_baggages, nonfree_baggages=nonfree_baggages)
        return reservation

    def update_reservation_passengers(self, reservation_id: str, passengers: Sequence[Record]) -> Record:
        reservation = self.store.get("reservations", reservation_id)
        if len(passengers) != len(reservation["passengers"]):
            raise Refused("the number of passengers can't change")
        reservation["passengers"] = list(passengers)
        return reservation

    def send_certificate(self, user_id: str, amount: int) -> str:
        methods = self.store.get("users", user_id)["payment_methods"]
        new_id = next((id_ for id_ in CERTIFICATES if id_ not in methods), None)
        if new_id is None:
            raise Refused("three certificates were sent already")
        methods[new_id] = {"source": "certificate", "id": new_id, "amount": amount}
        return f"Certificate {new_id} of {amount} dollars was added to the profile of {user_id}."

    def _day(self, flight_number: str, date: str) -> Record:
        day: Record | None = self.store.get("flights", flight_number)["dates"].get(date)
        if day is None:
            raise Refused("the flight does not run that day")
        return day

    def _flying(self, origin: str, date: str) -> Iterator[Record]:
        for flight in self.store.kinds["flights"].values():
            day = flight["dates"].get(date)
            if flight["origin"] == origin and day and day["status"] == "available":
                yield flight

    def _leg(self, wanted: Record, cabin: str, heads: int) -> Record:
        """A leg at today's fare. Raises `Refused` where it can't be booked."""
        flight = self.store.get("flights", wanted["flight_number"])
        day = self._day(wanted["flight_number"], wanted["date"])
        if day["status"] != "available":
            raise Refused(f"flight {wanted['flight_number']} is not available on {wanted['date']}")
        if day["available_seats"][cabin] < heads:
            raise Refused(f"flight {wanted['flight_number']} has too few seats on {wanted['date']}")
        return {
            "origin": flight["origin"],
            "destination": flight["destination"],
            "flight_number": wanted["flight_number"],
            "date": wanted["date"],
            "price": day["prices"][cabin],
        }

    def _new_id(self) -> str:
        for id_ in NEW_IDS:
            if id_ not in self.store.kinds["reservations"]:
                return id_
        raise Refused("no more reservations can be made")

    def _expect_paid(self, user: Record, payments: Sequence[Record], price: float) -> None:
        for payment in payments:
            method = method_of(user, payment["payment_id"])
            if method["source"] != "credit_card" and method["amount"] < payment["amount"]:
                raise Refused(f"{payment['payment_id']} holds less than is to be paid with it")
        if sum(payment["amount"] for payment in payments) != price:
            raise Refused(f"the payments do not add up to the price of {price}")

    def _charge(self, reservation: Record, payment_id: str, amount: float) -> None:
        """Enter a difference on a reservation; below zero it is paid back."""
        method = method_of(self.store.get("users", reservation["user_id"]), payment_id)
        if method["source"] == "certificate":
            raise Refused("a certificate can't pay for changes")
        if method["source"] == "gift_card":
            if method["amount"] < amount:
                raise Refused("the gift card's balance is too low")
            method["amount"] -= amount
        if amount:
            reservation["payment_history"].append({"payment_id": payment_id, "amount": amount})


def _told(flight: Record, date: str) -> Record:
    about = {key: value for key, value in flight.items() if key != "dates"}
    day = flight["dates"][date]
    return {**about, "date": date, **{key: day[key] for key in ("status", "available_seats", "prices")}}
