"""Policies that are no Markdown: HTML, DOCX (both by mammoth and markdownify) and PDF become Markdown, with their
headings, lists and tables.

A file may have its front matter beside it: `returns.pdf.yaml` for `returns.pdf`. What is not told there comes from the
file: its name is the id, its first heading the title, and it holds since ever as version 1.
"""

import io
import re
from collections.abc import Callable
from pathlib import Path

MARKS = ".yaml"
"""What follows the name of a document in the name of the file that holds its front matter."""
ASIDE = ("script", "style", "nav", "header", "footer", "aside", "form", "noscript", "template", "svg")
"""What of a page is not its matter."""
HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)
BLANK_LINES = re.compile(r"\n{3,}")


class UnreadableError(ValueError):
    """A document is damaged, locked by a password, or holds no text (a scan). `read_policies` tells which one."""


def to_markdown(suffix: str, content: bytes) -> str:
    """Return a document as Markdown; `suffix` (`.html`, `.docx`, `.pdf`) tells its kind. Raises `UnreadableError`."""
    try:
        text = KINDS[suffix](content)
    except UnreadableError:
        raise
    # Each library has errors of its own for a damaged file, and lets those of zip and XML through.
    except Exception as error:
        raise UnreadableError(f"it can't be read as {suffix[1:].upper()}: {error!r}") from error
    if not re.search(r"\w", text):
        raise UnreadableError("there is no text in it; a scan must go through character recognition first")
    return BLANK_LINES.sub("\n\n", text).strip()


def title_of(markdown: str, file: Path) -> str:
    """The first heading of a text, or the name of its file as words."""
    heading = HEADING.search(markdown)
    return re.sub(r"[*_`\\]", "", heading[1]) if heading else re.sub(r"[-_]+", " ", file.stem).strip().capitalize()


def id_of(file: Path) -> str:
    """The name of a file as the id of a policy."""
    return re.sub(r"[^A-Za-z0-9._]+", "-", file.stem).strip("-._").lower() or "policy"


def _from_html(content: bytes) -> str:
    from bs4 import BeautifulSoup
    from markdownify import MarkdownConverter

    page = BeautifulSoup(content, "html.parser")
    matter = page.find("main") or page.find("article") or page.body or page
    # Only what frames the page is left out: a header within an article is a heading of it.
    for part in matter.find_all(ASIDE if matter.name in ("body", "[document]") else ASIDE[:3] + ASIDE[5:]):
        part.decompose()
    converter = MarkdownConverter(heading_style="ATX", bullets="-", table_infer_header=True, strip=["img"])
    return str(converter.convert_soup(matter))


def _from_docx(content: bytes) -> str:
    import mammoth

    html = mammoth.convert_to_html(io.BytesIO(content), convert_image=mammoth.images.img_element(lambda image: {}))
    return _from_html(html.value.encode())


def _from_pdf(content: bytes) -> str:
    from .pdf import read

    return read(content)


KINDS: dict[str, Callable[[bytes], str]] = {
    ".html": _from_html,
    ".htm": _from_html,
    ".docx": _from_docx,
    ".pdf": _from_pdf,
}
