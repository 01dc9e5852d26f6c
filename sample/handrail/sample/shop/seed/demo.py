"""The customers whom the README names, with orders and bookings that show the rules."""

from datetime import date, datetime, timedelta
from random import Random

from ..catalogue import TRIPS, Region, Service
from ..records import Delivery
from ..words import local_day
from ..working_days import add_working_days, is_working_day
from .bookings import Open, add_booking, fill_up
from .goods import BY_NAME
from .orders import HOSTILE, Item, add_order
from .parcels import NEVER, Journey, clock
from .people import Customer
from .tables import Tables

MAINLAND = Region.MAINLAND
PRIYA = Customer(
    "C1001", "Priya Raman", "priya.raman@example.org", "07700900901", "Visa ending 4242",
    "7 Larch Avenue, Haverleigh, LA89 4QT", "LA89 4QT", MAINLAND,
)  # fmt: skip
TOM = Customer(
    "C1002", "Tom Okafor", "tom.okafor@example.org", "07700900902", "Mastercard ending 5100",
    "31 Quarry Street, Stonegarth, CA88 2JN", "CA88 2JN", MAINLAND,
)  # fmt: skip
MARGIT = Customer(
    "C1003", "Margit Lindqvist", "margit.lindqvist@example.com", "07700900903", "Visa ending 8810",
    "Lindvägen 3, 70210 Brunnsta, Sweden", "70210", Region.EUROPE,
)  # fmt: skip
DANIEL = Customer(
    "C1004", "Daniel Whitcombe", "daniel.whitcombe@example.org", "07700900904", "American Express ending 1009",
    "2 Weir Street, Aldermoor, SK89 1DL", "SK89 1DL", MAINLAND,
)  # fmt: skip
GRACE = Customer(
    "C1005", "Grace Adeyemi", "grace.adeyemi@example.org", "07700900905", "Visa ending 6071",
    "18 Beacon Hill, Westerholt, LS89 3BR", "LS89 3BR", MAINLAND,
)  # fmt: skip
EILIDH = Customer(
    "C1006", "Eilidh MacLeod", None, "07700900906", "PayPal",
    "1 Ferry Road, Strathcorran, KW89 5GS", "KW89 5GS", Region.OUTLYING,
)  # fmt: skip
JUN = Customer(
    "C1007", "Jun Watanabe", "jun.watanabe@example.net", "07700900907", "Visa ending 3377",
    "44 Mill Lane, Pellbury, BS88 6HT", "BS88 6HT", MAINLAND,
)  # fmt: skip
ROSA = Customer(
    "C1008", "Rosa Delgado", "rosa.delgado@example.com", "07700900908", "Mastercard ending 2204",
    "9 Orchard Terrace, Marfield, NG88 7EU", "NG88 7EU", MAINLAND,
)  # fmt: skip
HENRY = Customer(
    "C1009", "Henry Ashdown", "henry.ashdown@example.org", "07700900909", "Visa ending 9156",
    "5 Church Walk, Dunsley Green, YO89 8FP", "YO89 8FP", MAINLAND,
)  # fmt: skip
AMINA = Customer(
    "C1010", "Amina Yusuf", "amina.yusuf@example.org", "07700900910", "Visa ending 7420",
    "63 Rowan Crescent, Ormsgate, M88 9AQ", "M88 9AQ", MAINLAND,
)  # fmt: skip
KNOWN = [PRIYA, TOM, MARGIT, DANIEL, GRACE, EILIDH, JUN, ROSA, HENRY, AMINA]

OLD_RETURNS_ORDER = date(2026, 2, 24)
OLD_TERMS_BOOKING = date(2026, 1, 10)
"""Days on which older versions of the policies were in force; earlier still where the present is near."""


def add_demo_orders(tables: Tables, now: datetime) -> None:
    """Add W10001 to W10017."""
    today = local_day(now)

    def order(number: int, person: Customer, goods: str, placed_at: datetime, trip: Journey, **more: object) -> None:
        items = [Item(BY_NAME[name], size) for name, _, size in (part.partition("/") for part in goods.split(", "))]
        add_order(tables, f"W{10000 + number}", person, items, now=now, placed_at=placed_at, trip=trip, **more)  # type: ignore[arg-type]

    waiting = Journey(NEVER, NEVER, NEVER)
    express = Delivery.EXPRESS
    order(1, PRIYA, "Daytrip 22 rucksack, Merino liner socks/M", now - timedelta(minutes=95), waiting, delivery=express)
    order(2, PRIYA, "Tarn 35 rucksack", *_on_its_way(today, sent=1), delivery=express)
    order(3, PRIYA, "Talus Mid boots/5, Ridge softshell trousers/S", *_arrived(today, days_ago=8))
    old = min(OLD_RETURNS_ORDER, today - timedelta(days=60))
    order(4, TOM, "Skerry fleece jacket/L, Cairn beanie", *_arrived(today, days_ago=(today - old).days - 3))
    order(5, TOM, "Snug 3-season sleeping bag", *_on_its_way(today, sent=12))
    order(6, TOM, "Windrow wind shirt/M", *_arrived(today, days_ago=4, late=2), delivery=express)
    order(7, MARGIT, "Stormhold waterproof jacket/M", *_on_its_way(today, sent=3), note=HOSTILE[0])
    order(8, GRACE, "Bothy 4 family tent, Snug winter sleeping bag", now - timedelta(hours=3), waiting)
    order(9, GRACE, "Arcturus 2 gas stove, Lodestar 60 m rope", *_arrived(today, days_ago=3))
    order(10, EILIDH, "Corrie leather boots/6", now - timedelta(hours=20), waiting)
    order(11, JUN, "Custom-moulded insoles/9", now - timedelta(hours=30), waiting)
    order(12, JUN, "Northing down jacket/L", *_arrived(today, days_ago=3))
    order(13, HENRY, "Telescopic walking poles", *_on_its_way(today, sent=2))
    order(14, HENRY, "Steel flask 1 litre, Kelderby fells map set", *_arrived(today, days_ago=21))
    order(15, AMINA, "Beck trail shoes/7", now - timedelta(days=1, hours=2), waiting, cancelled=True)
    order(16, AMINA, "Summit sun hat, Hiking socks two-pack/S", *_arrived(today, days_ago=20))
    order(17, ROSA, "Stormhold waterproof jacket/S", *_on_its_way(today, sent=13))


def add_demo_bookings(tables: Tables, random: Random, slots: list[Open], people: list[Customer], now: datetime) -> None:
    """Add B20001 to B20006, and slots that are full or nearly so."""
    today = local_day(now)

    def find(service: Service, nearest: int, weekday: int | None = None) -> Open:
        """The first slot of a service at least `nearest` days from today; 09:00 for repairs."""
        day = today + timedelta(days=nearest)
        fit = (slot for slot in slots if slot.service is service and local_day(slot.starts_at) >= day and not slot.kept)
        return next(slot for slot in fit if weekday is None or local_day(slot.starts_at).weekday() == weekday)

    def book(number: int, person: Customer, slot: Open, places: int, *, days_ago: int, stage: str = "") -> None:
        slot.kept = True
        booked_at = clock(today - timedelta(days=days_ago), 11, 20)
        add_booking(
            tables, slot, person, places, booked_at=booked_at, stage=stage, booking_id=f"B{20000 + number}"
        )  # fmt: skip

    saturday = find(Service.DAY_WALK, 24, weekday=5)
    book(1, PRIYA, saturday, 2, days_ago=12)
    others = [slot for slot in slots if slot.service is Service.DAY_WALK and slot.starts_at > saturday.starts_at]
    fill_up(tables, random, people, others[0], left=5, now=now)
    fill_up(tables, random, people, others[1], left=2, now=now)
    fill_up(
        tables,
        random,
        people,
        next(slot for slot in others if local_day(slot.starts_at).weekday() == 5),
        left=0,
        now=now,
    )
    dropped = _working_days_before(today, 6)
    resole = next(s for s in slots if s.service is Service.BOOT_RESOLE and local_day(s.starts_at) == dropped)
    book(2, DANIEL, resole, 1, days_ago=(today - dropped).days + 6, stage="being repaired")
    book(3, DANIEL, find(Service.RIDGE_SCRAMBLE, 1), 1, days_ago=20)
    old = min(OLD_TERMS_BOOKING, today - timedelta(days=30))
    book(4, DANIEL, find(Service.CLIMBING_TASTER, 22), 2, days_ago=(today - old).days)
    book(5, ROSA, find(Service.FAMILY_GILL_WALK, 9), 3, days_ago=10)
    ready = _working_days_before(today, 7)
    proofing = next(s for s in slots if s.service is Service.REPROOFING and local_day(s.starts_at) == ready)
    book(6, AMINA, proofing, 1, days_ago=(today - ready).days + 5, stage="ready")
    for slot in slots:
        if slot.service in TRIPS and today < local_day(slot.starts_at) <= today + timedelta(days=1):
            slot.kept = True


def _on_its_way(today: date, sent: int) -> tuple[datetime, Journey]:
    """An order that left `sent` working days ago and has not arrived: express where that was the last one."""
    left = _working_days_before(today, sent)
    placed = clock(_working_days_before(left, 1) if sent > 1 else left, 10, 12)
    expected = add_working_days(left, 4) if sent > 1 else add_working_days(today, 0 if sent else 1)
    return placed, Journey(clock(left, 16, 30), clock(expected, 20), NEVER)


def _arrived(today: date, days_ago: int, late: int = 0) -> tuple[datetime, Journey]:
    """An order that was delivered some days ago, `late` working days after the day it was expected."""
    delivered = today - timedelta(days=days_ago)
    if not is_working_day(delivered):
        delivered = _working_days_before(delivered, 1)
    left = _working_days_before(delivered, late + 1)
    trip = Journey(clock(left, 16, 30), clock(add_working_days(left, 1), 20), clock(delivered, 13, 40))
    return clock(_working_days_before(left, 1), 19, 5), trip


def _working_days_before(day: date, count: int) -> date:
    while count > 0:
        day -= timedelta(days=1)
        count -= is_working_day(day)
    return day
