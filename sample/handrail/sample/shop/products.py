"""What the shop sells: `find_products`."""

from pydantic import BaseModel

from handrail.agent.tools import Context, tool

from .catalogue import Category
from .systems import Shop
from .words import pounds

MOST = 6


class ProductFound(BaseModel):
    """One product. `stock` says whether it can be ordered now."""

    product: str
    kind: Category
    price: str
    before: str | None = None
    outlet: bool
    sizes: list[str]
    stock: str


@tool(
    effect="read",
    identity="none",
    examples=[
        "do you have walking boots",
        "how much is the Talus jacket",
        "is the two person tent in stock",
        "do you sell crampons",
        "which rucksacks do you have",
        "what does a sleeping bag cost",
    ],
    template="{product}, {price}, {stock}",
)
async def find_products(ctx: Context, query: str) -> list[ProductFound]:
    """Find gear in the shop by name or kind, with price, sizes and whether it is in stock.

    query: what the customer looks for, in a few words, such as "leather boots" or "two person tent"
    """
    shop: Shop = ctx.resources
    words = [word.casefold().rstrip("s") for word in query.split() if len(word) > 1]
    async with shop.transaction() as connection:
        found = await connection.execute(
            "SELECT p.*, (SELECT count(*) FROM unnest(%s::text[]) word "
            "WHERE strpos(lower(p.name || ' ' || p.category), word) > 0) AS fit "
            "FROM shop.products p ORDER BY fit DESC, stock DESC, sku LIMIT %s",
            [words, MOST],
        )
        rows = await found.fetchall()
    best = rows[0]["fit"] if rows else 0
    return [
        ProductFound(
            product=row["name"],
            kind=row["category"],
            price=pounds(row["price"]),
            before=pounds(row["was"]) if row["was"] > row["price"] else None,
            outlet=row["outlet"],
            sizes=row["sizes"],
            stock=f"in stock: {row['stock']}" if row["stock"] else "out of stock",
        )
        for row in rows
        if best and row["fit"] == best
    ]
