"""Invented people with invented addresses. Phone numbers are from the range kept free for fiction."""

import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from ..catalogue import Region
from .tables import Tables

FIRST = (
    "Adaeze", "Aisha", "Alasdair", "Amara", "Ana", "Arjun", "Bethan", "Bram", "Callum", "Carys", "Chiara",
    "Daniela", "Dilan", "Efua", "Elif", "Ewan", "Fatima", "Femi", "Finlay", "Freya", "Gareth", "Hana",
    "Harriet", "Hassan", "Ines", "Isla", "Ivo", "Jamal", "Jasmine", "Joao", "Kasia", "Kenji", "Lakshmi",
    "Leon", "Lucia", "Mairi", "Malik", "Marek", "Mei", "Nadia", "Nia", "Niamh", "Oisin", "Olga", "Omar",
    "Parveen", "Quentin", "Rafael", "Rhys", "Rukhsana", "Sanjay", "Seren", "Sophie", "Tariq", "Teodora",
    "Tunde", "Ursula", "Viktor", "Wen", "Yara", "Zainab", "Zofia",
)  # fmt: skip
LAST = (
    "Abara", "Achterberg", "Ahmed", "Baines", "Balogun", "Barrowclough", "Begum", "Bianchi", "Bright",
    "Carvalho", "Chen", "Chowdhury", "Costa", "Dhillon", "Dimitrov", "Dunmore", "Edgeworth", "Eriksen",
    "Fairclough", "Farah", "Ferreira", "Gilchrist", "Gupta", "Haddad", "Hallam", "Hoang", "Ibrahim", "Iqbal",
    "Jankowski", "Jardine", "Kamara", "Kaur", "Kelleher", "Kowalczyk", "Lindgren", "Lowther", "Mahmood",
    "Marchetti", "Mbeki", "McAllister", "Mensah", "Moreau", "Nakamura", "Nowak", "Oduya", "Osman", "Park",
    "Pereira", "Prys", "Rahman", "Rees", "Sandhu", "Sato", "Silva", "Sutcliffe", "Tanaka", "Thwaite", "Tran",
    "Umar", "Varga", "Wainwright", "Weiss", "Yilmaz", "Zhou",
)  # fmt: skip
STREETS = (
    "Mill Lane", "Packhorse Row", "Station Road", "Church Walk", "Quarry Street", "Larch Avenue", "Sheepfold Close",
    "Bridge End", "Ferry Road", "Orchard Terrace", "Weir Street", "Old Tannery Yard", "Rowan Crescent", "Beacon Hill",
)  # fmt: skip
TOWNS = (
    ("Haverleigh", "LA89"), ("Stonegarth", "CA88"), ("Aldermoor", "SK89"), ("Westerholt", "LS89"), ("Pellbury", "BS88"),
    ("Marfield", "NG88"), ("Dunsley Green", "YO89"), ("Tidebrook", "EX88"), ("Llanfenni", "LL89"), ("Ormsgate", "M88"),
)  # fmt: skip
OUTLYING_TOWNS = (("Strathcorran", "KW89"), ("Ardnalish", "IV88"), ("Norwick Voe", "ZE89"), ("Ballyderg", "BT88"))
EUROPEAN = (
    ("Lindvägen", "70210 Brunnsta", "Sweden"), ("Tannenweg", "83990 Oberwald", "Germany"),
    ("Rue des Aulnes", "73990 Valfroid", "France"), ("Kerkpad", "9980 AB Veenhuis", "Netherlands"),
)  # fmt: skip
OVERSEAS = (
    ("Alder Street", "Fallbrook, OR 97990", "United States"), ("Kauri Road", "Waihaere 9899", "New Zealand"),
    ("Cedar Trail", "Port Marten, BC V0V 9Z9", "Canada"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer as the other tables need them."""

    id: str
    name: str
    email: str | None
    phone: str | None
    paid_with: str
    address: str
    postcode: str
    region: Region


def add_customers(tables: Tables, random: Random, known: list[Customer], today: date, count: int) -> list[Customer]:
    """Add the `known` customers and as many invented ones as make up `count`."""
    people, names = list(known), {person.name for person in known}
    while len(people) < count:
        name = f"{random.choice(FIRST)} {random.choice(LAST)}"
        if name not in names:
            names.add(name)
            people.append(_invent(random, name, len(people)))
    for person in people:
        since = today - timedelta(days=random.randrange(60, 2500))
        points = random.choice((0, 0, random.randrange(20, 900)))
        gift = random.choice((0, 0, 0, 0, 0, random.randrange(5, 120)))
        tables.add(
            "customers", person.id, person.name, person.email, person.phone, person.paid_with, points, gift, since
        )
        tables.add("addresses", person.id, person.address, person.postcode, person.region.value)
    return people


def _invent(random: Random, name: str, index: int) -> Customer:
    first, last = (_ascii(part) for part in name.split(" ", 1))
    address, postcode, region = _address(random)
    return Customer(
        id=f"C{1001 + index}",
        name=name,
        email=f"{first}.{last}@{random.choice(('example.org', 'example.com', 'example.net'))}",
        phone=f"07700900{index:03d}",
        paid_with=_method(random),
        address=address,
        postcode=postcode,
        region=region,
    )


def _address(random: Random) -> tuple[str, str, Region]:
    number = random.randrange(1, 140)
    region = random.choices(list(Region), weights=(84, 7, 6, 3))[0]
    if region in (Region.EUROPE, Region.WORLD):
        street, town, country = random.choice(EUROPEAN if region is Region.EUROPE else OVERSEAS)
        return f"{street} {number}, {town}, {country}", town.split()[0], region
    town, area = random.choice(OUTLYING_TOWNS if region is Region.OUTLYING else TOWNS)
    postcode = f"{area} {random.randrange(1, 10)}{random.choice('ABDEFGHJ')}{random.choice('LNPQRSTU')}"
    return f"{number} {random.choice(STREETS)}, {town}, {postcode}", postcode, region


def _method(random: Random) -> str:
    brand = random.choices(("Visa", "Mastercard", "American Express", "PayPal"), weights=(50, 30, 8, 12))[0]
    return brand if brand == "PayPal" else f"{brand} ending {random.randrange(1000, 9999)}"


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(character for character in plain.lower() if character.isalpha())
