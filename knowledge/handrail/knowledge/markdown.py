"""Markdown taken apart into the blocks a passage is made of, and read as plain words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

MARKED = re.compile(r"[*_#\[\]|`~<>\\&]|^\s*([-+=]|\d+[.)])|^(\t| {4})", re.MULTILINE)
"""What any mark of Markdown needs; a text without it is its own words."""
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"“(*_\[])")


@dataclass(frozen=True, slots=True)
class Block:
    """A top-level block as written. `parts` are the pieces it may be cut into, `lead` what each piece must repeat."""

    text: str
    level: int = 0
    """1 to 6 for a heading, else 0."""
    parts: tuple[str, ...] = ()
    lead: str = ""
    joint: str = "\n"

    @property
    def announces(self) -> bool:
        """Whether this is a line such as "You need:" that says nothing without the block below it."""
        return self.text.rstrip("*_ ").endswith(":")


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


def blocks(markdown: str) -> Iterator[Block]:
    """Return the blocks of a text in order; comments and rules are left out."""
    lines = markdown.split("\n")
    tokens = _parser().parse(markdown)
    for number, token in enumerate(tokens):
        if token.level or token.nesting < 0 or token.map is None or token.type == "hr":
            continue
        text = _cut(lines, token.map)
        if token.type == "heading_open":
            yield Block(plain(tokens[number + 1].content), level=int(token.tag[1]))
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            yield Block(text, parts=tuple(_items(lines, tokens[number:])))
        elif token.type == "table_open":
            head, rule, *rows = text.split("\n")
            yield Block(text, parts=tuple(rows), lead=f"{head}\n{rule}")
        elif token.type == "html_block":
            if not text.lstrip().startswith("<!--"):
                yield Block(text, parts=tuple(text.split("\n")))
        elif token.type in ("fence", "code_block"):
            yield Block(text, parts=tuple(text.split("\n")))
        else:
            yield Block(text, parts=tuple(SENTENCE.split(text)), joint=" ")


def plain(markdown: str) -> str:
    """Return the words of a text without its marks: links by their text, cells and items one after another."""
    if not MARKED.search(markdown):
        return " ".join(markdown.split())
    words: list[str] = []
    for token in _parser().parse(markdown):
        if token.type == "inline":
            words.append("".join(_words(token)))
        elif token.type in ("fence", "code_block"):
            words.append(token.content)
    return " ".join(" ".join(words).split())


def _words(token: Token) -> Iterator[str]:
    for child in token.children or ():
        if child.type in ("text", "code_inline"):
            yield child.content
        elif child.type in ("softbreak", "hardbreak"):
            yield " "
        elif child.type == "image":
            yield child.content


def _items(lines: list[str], tokens: list[Token]) -> Iterator[str]:
    for token in tokens[1:]:
        if token.level == 0:
            return
        if token.type == "list_item_open" and token.level == 1 and token.map:
            yield _cut(lines, token.map)


def _cut(lines: list[str], span: list[int]) -> str:
    return "\n".join(lines[span[0] : span[1]]).strip("\n")
