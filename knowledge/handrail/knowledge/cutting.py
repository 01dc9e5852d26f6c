"""Cutting a policy into passages: by heading, under a budget of tokens, with lists and tables whole where they fit."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from .markdown import SENTENCE, Block, blocks, plain
from .passages import Passage, Policy
from .tokens import count

PATH = " › "
GAP = "\n\n"
LEANS = re.compile(
    r"^(?:this|that|these|those|it|they|them|however|but|also|in that case|otherwise|then|after that|if so|"
    r"if not|unless|"
    r"except|in this case|such|both|either|for example|for these)\b",
    re.IGNORECASE,
)
"""How a sentence begins that goes on from the one before it."""
QUALIFIES = re.compile(
    r"\b(?:the following|(?:what|everything|all that) follows|"
    r"(?:rules?|terms|conditions|prices|times|all|everything) below|"
    r"this (?:policy|page|section|chapter|document)|these (?:rules|terms|conditions|prices|times))\b"
    r"[^.]*\b(?:appl(?:y|ies)|holds?|valid|only|except|unless|if|does not|do not)\b",
    re.IGNORECASE,
)
"""A sentence that says of what, or when, all that stands after it holds."""


def cut(policy: Policy, budget: int, measure: Callable[[str], int] = count) -> list[Passage]:
    """Return the passages of `policy`, numbered from 1, none of more than `budget` tokens of its own text.

    A heading begins a new passage. What is too long is cut between blocks, then between the items of a list, the rows
    of a table (its head is repeated) or sentences, and only then between words.
    """
    found: list[Passage] = []
    for heading, section, above in _sections(policy):
        texts: list[str] = []
        for text in _packed(section, budget, measure):
            name = f"{policy.id}@{policy.version}#{len(found) + 1}"
            found.append(Passage(name, policy, heading, text, measure(text), _before(text, texts, above)))
            texts.append(text)
    return found


def _before(text: str, earlier: Sequence[str], above: Iterable[str]) -> str:
    """What must be read with a passage: `earlier` are those of its section, `above` the texts under the headings over
    it."""
    kept = [said for each in (*above, *earlier) for said in _sentences(each) if QUALIFIES.search(said)]
    if earlier and LEANS.match(plain(text)):
        kept += _sentences(earlier[-1])[-1:]
    return " ".join(dict.fromkeys(kept))


def _sentences(text: str) -> list[str]:
    return [said.strip() for line in text.split("\n") for said in SENTENCE.split(plain(line)) if said.strip()]


def _sections(policy: Policy) -> Iterator[tuple[str, list[Block], list[str]]]:
    """Headings with what stands under each, and the texts right under the headings above it."""
    path: list[tuple[int, str]] = []
    intros: dict[int, str] = {}
    section: list[Block] = []
    for block in blocks(policy.text):
        if not block.level:
            section.append(block)
            continue
        if section:
            yield _heading(path, policy), section, list(intros.values())
            intros[path[-1][0] if path else 0] = GAP.join(each.text for each in section)
        path = [(level, text) for level, text in path if level < block.level] + [(block.level, block.text)]
        intros = {level: text for level, text in intros.items() if level < block.level}
        section = []
    if section:
        yield _heading(path, policy), section, list(intros.values())


def _heading(path: list[tuple[int, str]], policy: Policy) -> str:
    """The headings above a section; one that only repeats the title is left out."""
    return PATH.join(text for _, text in path if text.casefold() != policy.title.casefold())


def _packed(section: Iterable[Block], budget: int, measure: Callable[[str], int]) -> Iterator[str]:
    held = ""
    for block in _joined(section, budget, measure):
        whole = f"{held}{GAP}{block.text}" if held else block.text
        if measure(whole) <= budget:
            held = whole
            continue
        if held:
            yield held
        if measure(block.text) <= budget:
            held = block.text
        else:
            *full, held = _pieces(block, budget, measure)
            yield from full
    if held:
        yield held


def _joined(section: Iterable[Block], budget: int, measure: Callable[[str], int]) -> Iterator[Block]:
    """Tie a line that announces a list or a table to it, so that neither is read without the other."""
    lead: Block | None = None
    for block in section:
        if lead is not None and block.joint == "\n":
            text = f"{lead.text}{GAP}{block.text}"
            head = f"{lead.text}{GAP}{block.lead}" if block.lead else f"{lead.text}\n"
            # A lead that takes most of the budget itself is not worth repeating over every piece.
            yield Block(text, parts=block.parts, lead=head if measure(head) * 2 < budget else block.lead)
            lead = None
            continue
        if lead is not None:
            yield lead
        lead = block if block.announces else None
        if lead is None:
            yield block
    if lead is not None:
        yield lead


def _pieces(block: Block, budget: int, measure: Callable[[str], int]) -> list[str]:
    """Cut one block that is too long by itself."""
    pieces: list[str] = []
    held = ""
    lead = f"{block.lead}\n" if block.lead else ""
    for part in _small(block.parts or (block.text,), budget - measure(lead), measure):
        whole = f"{held}{block.joint}{part}" if held else lead + part
        if held and measure(whole) > budget:
            pieces.append(held)
            whole = lead + part
        held = whole
    return [*pieces, held]


def _small(parts: Iterable[str], budget: int, measure: Callable[[str], int]) -> Iterator[str]:
    """The parts, those that are too long themselves cut between words."""
    for part in parts:
        held = ""
        for word in part.split(" ") if measure(part) > budget else (part,):
            whole = f"{held} {word}" if held else word
            if held and measure(whole) > budget:
                yield held
                whole = word
            held = whole
        if held:
            yield held
