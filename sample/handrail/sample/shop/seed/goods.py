"""The products of the shop, with brands that do not exist."""

from dataclasses import dataclass
from decimal import Decimal

from ..catalogue import Category

BOOTS = ("4", "5", "6", "7", "8", "9", "10", "11", "12")
CLOTHES = ("XS", "S", "M", "L", "XL")
ONE: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Product:
    """One product. `was` is the price until some days before the present moment."""

    sku: str
    name: str
    category: Category
    price: Decimal
    sizes: tuple[str, ...] = ONE
    outlet: bool = False
    was: Decimal = Decimal(0)

    @property
    def before(self) -> Decimal:
        return self.was or self.price


def _p(
    sku: str, name: str, category: Category, price: str, sizes: tuple[str, ...] = ONE, **more: str | bool
) -> Product:
    was = Decimal(str(more.get("was", 0)))
    return Product(sku, name, category, Decimal(price), sizes, bool(more.get("outlet")), was)


PRODUCTS = (
    _p("FF-101", "Talus Mid boots", Category.FOOTWEAR, "145.00", BOOTS),
    _p("FF-102", "Talus Low shoes", Category.FOOTWEAR, "119.00", BOOTS),
    _p("FF-103", "Corrie leather boots", Category.FOOTWEAR, "189.00", BOOTS),
    _p("FF-104", "Beck trail shoes", Category.FOOTWEAR, "98.00", BOOTS),
    _p("FF-105", "Arete mountaineering boots", Category.FOOTWEAR, "265.00", BOOTS),
    _p("FF-106", "Slab approach shoes", Category.FOOTWEAR, "112.00", BOOTS),
    _p("FF-107", "Lowland walking sandals", Category.FOOTWEAR, "59.00", BOOTS, outlet=True),
    _p("FC-201", "Stormhold waterproof jacket", Category.CLOTHING, "219.00", CLOTHES),
    _p("FC-202", "Skerry fleece jacket", Category.CLOTHING, "89.00", CLOTHES),
    _p("FC-203", "Northing down jacket", Category.CLOTHING, "165.00", CLOTHES, was="195.00"),
    _p("FC-204", "Ridge softshell trousers", Category.CLOTHING, "75.00", CLOTHES),
    _p("FC-205", "Stormhold overtrousers", Category.CLOTHING, "99.00", CLOTHES),
    _p("FC-206", "Merino base layer top", Category.CLOTHING, "54.00", CLOTHES, was="62.00"),
    _p("FC-207", "Merino base layer leggings", Category.CLOTHING, "49.00", CLOTHES),
    _p("FC-208", "Windrow wind shirt", Category.CLOTHING, "68.00", CLOTHES),
    _p("FC-209", "Cairn beanie", Category.CLOTHING, "22.00"),
    _p("FC-210", "Tor winter gloves", Category.CLOTHING, "39.00", CLOTHES),
    _p("FC-211", "Summit sun hat", Category.CLOTHING, "24.00", outlet=True),
    _p("FC-212", "Skerry fleece gilet", Category.CLOTHING, "52.00", CLOTHES, outlet=True),
    _p("FC-213", "Youth rain jacket", Category.CLOTHING, "48.00", CLOTHES),
    _p("FR-301", "Tarn 35 rucksack", Category.PACKS, "95.00"),
    _p("FR-302", "Tarn 55 rucksack", Category.PACKS, "135.00"),
    _p("FR-303", "Daytrip 22 rucksack", Category.PACKS, "62.00", was="70.00"),
    _p("FR-304", "Dry bag set", Category.PACKS, "28.00"),
    _p("FR-305", "Rucksack rain cover", Category.PACKS, "16.00"),
    _p("FT-401", "Bothy 2 tent", Category.CAMPING, "289.00"),
    _p("FT-402", "Bothy 4 family tent", Category.CAMPING, "429.00"),
    _p("FT-403", "Snug 3-season sleeping bag", Category.CAMPING, "129.00"),
    _p("FT-404", "Snug winter sleeping bag", Category.CAMPING, "189.00"),
    _p("FT-405", "Featherlite mat", Category.CAMPING, "84.00"),
    _p("FT-406", "Arcturus 2 gas stove", Category.CAMPING, "65.00"),
    _p("FT-407", "Ember cook set", Category.CAMPING, "45.00"),
    _p("FT-408", "Lantern head torch", Category.CAMPING, "38.00", was="45.00"),
    _p("FT-409", "Telescopic walking poles", Category.CAMPING, "64.00"),
    _p("FT-410", "Steel flask 1 litre", Category.CAMPING, "29.00"),
    _p("FT-411", "Kelderby fells map set", Category.CAMPING, "32.00"),
    _p("FS-501", "Lodestar 60 m rope", Category.SAFETY, "139.00"),
    _p("FS-502", "Lodestar climbing harness", Category.SAFETY, "69.00", CLOTHES),
    _p("FS-503", "Lodestar helmet", Category.SAFETY, "58.00"),
    _p("FS-504", "Lodestar via ferrata set", Category.SAFETY, "109.00"),
    _p("FS-505", "Twelve-point crampons", Category.SAFETY, "125.00"),
    _p("FS-506", "Walking ice axe", Category.SAFETY, "72.00"),
    _p("FS-507", "Screwgate carabiner", Category.SAFETY, "13.00"),
    _p("FX-601", "Merino liner socks", Category.SEALED, "14.00", ("S", "M", "L")),
    _p("FX-602", "Hiking socks two-pack", Category.SEALED, "24.00", ("S", "M", "L")),
    _p("FX-603", "Trail insoles", Category.SEALED, "32.00", BOOTS),
    _p("FX-604", "Dried meal three-pack", Category.SEALED, "21.00"),
    _p("FX-605", "Water filter", Category.SEALED, "42.00"),
    _p("FM-701", "Custom-moulded insoles", Category.TO_ORDER, "85.00", BOOTS),
    _p("FM-702", "Engraved steel bottle", Category.TO_ORDER, "34.00"),
)

BY_NAME = {product.name: product for product in PRODUCTS}
