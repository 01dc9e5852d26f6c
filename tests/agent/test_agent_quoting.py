"""What the built-in engine quotes of a passage."""

from datetime import date

from handrail.agent.models.offline.quoting import quote
from handrail.knowledge.cutting import cut
from handrail.knowledge.minilm import MiniLM
from handrail.knowledge.passages import Found, Hit, Policy

CONDITION = "The following applies to unworn goods only."
TEXT = f"""\
## Refunds

We pay back what you send back. {CONDITION}

### To a card

The money is on your card within 5 days.
"""


async def test_a_quotation_comes_with_the_condition_it_stands_under() -> None:
    passages = cut(Policy("refunds", "1", "Refunds", TEXT, date(2025, 1, 1)), 200)
    found = Found(tuple(Hit(passage, 0.5, 0.5, 0.5) for passage in reversed(passages)), 0.9)
    quoted = await quote("When is the money on my card?", found, MiniLM().embed)
    assert quoted is not None
    assert quoted.text == f"{CONDITION} [1] The money is on your card within 5 days. [1]"
