"""PDF as Markdown. A PDF knows no headings or paragraphs, only characters at places: sizes and gaps tell of them.

Lines larger than the text around, and short bold ones, are headings; ruled tables are tables; lines that come back at
the same place on most pages (letterheads, page numbers) are left out.
"""

import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

LARGER = 1.12
"""How much larger than the text a heading is set."""
LONGEST_HEADING = 12
"""Words; a bold line of more is emphasis."""
GAP = 0.7
"""A gap of so much of a line's height begins a paragraph."""
REPEATED = 0.6
"""A line on so large a part of the pages, at its place, belongs to the paper and not to the text."""
BULLET = re.compile(r"^(?:[•◦▪●‣·*–\uf0b7\uf0a7-]|\(cid:\d+\)) +")
"""Also as fonts of symbols have it, whose characters have no names."""
NUMBERED = re.compile(r"^\d+[.)] +")
DIGITS = re.compile(r"\d+")
DEEPEST = 6


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of text, or a table as Markdown (then of no size)."""

    text: str
    page: int
    top: float
    bottom: float
    size: float = 0.0
    bold: bool = False


def read(content: bytes) -> str:
    """Return the text of a PDF as Markdown. Raises what pdfplumber raises for a damaged or locked file."""
    import pdfplumber

    with pdfplumber.open(io.BytesIO(content)) as document:
        lines = [line for page in document.pages for line in _lines(page)]
        lines = list(_of_the_text(lines, len(document.pages)))
    sizes = Counter[float]()
    for line in lines:
        sizes[line.size] += len(line.text) if line.size else 0
    usual = sizes.most_common(1)[0][0] if sizes else 0.0
    levels = sorted({line.size for line in lines if line.size > usual * LARGER}, reverse=True)
    return "\n".join(_marked(lines, usual, levels))


def _lines(page: Any) -> Iterator[_Line]:
    tables = page.find_tables()
    found = [_Line(_table(table.extract()), page.page_number, table.bbox[1], table.bbox[3]) for table in tables]
    rest = page
    for table in tables:
        rest = rest.outside_bbox(table.bbox)
    for line in rest.extract_text_lines(return_chars=True):
        chars = [char for char in line["chars"] if char["text"].strip()]
        if not chars:
            continue
        size = round(Counter(round(char["size"], 1) for char in chars).most_common(1)[0][0], 1)
        bold = all("bold" in char["fontname"].lower() or "black" in char["fontname"].lower() for char in chars)
        found.append(_Line(line["text"].strip(), page.page_number, line["top"], line["bottom"], size, bold))
    yield from sorted((line for line in found if line.text), key=lambda line: line.top)


def _table(rows: Sequence[Sequence[str | None]]) -> str:
    cells = [[" ".join((cell or "").replace("|", "\\|").split()) for cell in row] for row in rows]
    cells = [row for row in cells if any(row)]
    if not cells:
        return ""
    rule = ["---"] * len(cells[0])
    return "\n".join(f"| {' | '.join(row)} |" for row in [cells[0], rule, *cells[1:]])


def _of_the_text(lines: Iterable[_Line], pages: int) -> Iterator[_Line]:
    lines = list(lines)
    places = [(DIGITS.sub("0", line.text), round(line.top / 4)) for line in lines]
    often = Counter(set(zip(places, (line.page for line in lines), strict=True)))
    on_pages = Counter(place for place, _ in often)
    for line, place in zip(lines, places, strict=True):
        if pages < 3 or on_pages[place] < REPEATED * pages:
            yield line


def _marked(lines: Sequence[_Line], usual: float, levels: Sequence[float]) -> Iterator[str]:
    before: _Line | None = None
    held = ""
    for line in lines:
        level = _level(line, usual, levels)
        starts = not line.size or bool(level) or BULLET.match(line.text) or NUMBERED.match(line.text)
        if held and not starts and before is not None and _goes_on(before, line) and not held.startswith("#"):
            held = held[:-1] + line.text if held.endswith("-") else f"{held} {line.text}"
        else:
            same_heading = bool(level) and before is not None and before.size == line.size and held.startswith("#")
            if same_heading and before is not None and _goes_on(before, line):
                held = f"{held} {line.text}"
            else:
                yield from _ended(held, in_list=bool(starts) and not level)
                held = f"{'#' * level} {line.text}" if level else BULLET.sub("- ", line.text)
        before = line
    yield held


def _ended(held: str, *, in_list: bool) -> Iterator[str]:
    if held:
        yield held
        # Items of one list stay together.
        if not (in_list and (held.startswith("- ") or NUMBERED.match(held))):
            yield ""


def _level(line: _Line, usual: float, levels: Sequence[float]) -> int:
    if line.size in levels:
        return min(levels.index(line.size) + 1, DEEPEST)
    short = len(line.text.split()) <= LONGEST_HEADING and not line.text.endswith((".", ":", ";", ","))
    return min(len(levels) + 1, DEEPEST) if line.size and line.bold and short else 0


def _goes_on(before: _Line, line: _Line) -> bool:
    """Whether a line continues the paragraph of the one before, maybe over the end of a page."""
    if not before.size or not line.size:
        return False
    if before.page != line.page:
        return not before.text.endswith((".", "!", "?", ":"))
    return line.top - before.bottom < GAP * (line.bottom - line.top)
