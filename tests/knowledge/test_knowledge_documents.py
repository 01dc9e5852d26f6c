"""Policies in HTML, DOCX and PDF: headings, lists and tables are kept, and what frames a page is not."""

from datetime import date
from pathlib import Path

import pytest
from knowledge_documents import docx, grid, line, pdf

from handrail.conversation.errors import Invalid
from handrail.knowledge.cutting import cut
from handrail.knowledge.documents import UnreadableError, to_markdown
from handrail.knowledge.policies import read_policies

FEES = [["Country", "Fee"], ["France", "14 pounds"], ["Norway", "20 pounds"]]
TABLE = "| Country | Fee |\n| --- | --- |\n| France | 14 pounds |\n| Norway | 20 pounds |"
PAGE = """<!doctype html><html><head><title>Shop</title><script>var x = "no";</script><style>p {}</style></head><body>
<nav><a href="/">Home</a></nav><main><header><h1>Delivery abroad</h1></header><p>We send to <b>two</b> countries.</p>
<h2>Fees</h2><table><tr><th>Country</th><th>Fee</th></tr><tr><td>France</td><td>14 pounds</td></tr><tr><td>Norway</td>
<td>20 pounds</td></tr></table><ul><li>Tents</li><li>Boots</li></ul></main><footer>Imprint</footer></body></html>"""


def test_html_keeps_headings_tables_and_lists_and_drops_what_frames_it() -> None:
    text = to_markdown(".html", PAGE.encode())
    assert text.startswith("# Delivery abroad\n\nWe send to **two** countries.\n\n## Fees")
    assert TABLE in text
    assert "- Tents\n- Boots" in text
    assert not any(word in text for word in ("Home", "Imprint", "var x"))


def test_a_page_without_a_main_part_loses_its_frame_too() -> None:
    text = to_markdown(".htm", b"<nav>Home</nav><h1>Repairs</h1><p>We mend tents.</p><footer>Imprint</footer>")
    assert text == "# Repairs\n\nWe mend tents."


def test_docx_keeps_headings_and_tables() -> None:
    text = to_markdown(
        ".docx", docx([("Delivery abroad", "Heading 1"), ("Fees", "Heading 2"), ("By country:", ""), FEES])
    )
    assert text.startswith("# Delivery abroad\n\n## Fees\n\nBy country:")
    assert TABLE in text


def test_pdf_keeps_headings_paragraphs_lists_and_tables() -> None:
    text = to_markdown(".pdf", pdf([
        line("Delivery abroad", 40, 20),
        line("Fees", 80, 14),
        line("We send parcels to two countries and", 110), line("to no other for the time being.", 122),
        line("A second paragraph stands apart.", 150),
        grid(FEES, 180),
        line("Not sent", 260, bold=True),
        line("\\225 Stoves", 280), line("\\225 Gas", 292),
    ]))  # fmt: skip
    assert text == (
        "# Delivery abroad\n\n## Fees\n\nWe send parcels to two countries and to no other for the time being.\n\n"
        f"A second paragraph stands apart.\n\n{TABLE}\n\n### Not sent\n\n- Stoves\n- Gas"
    )


def test_letterheads_and_page_numbers_are_no_text_and_a_paragraph_goes_on_over_a_page() -> None:
    pages = [
        [line("Acme Outdoor Ltd", 20), line(f"This is what page {word} says and", 100), line(f"Page {n}", 770)]
        for n, word in enumerate(("one", "two", "three", "four"), 1)
    ]
    text = to_markdown(".pdf", pdf(*pages))
    assert text == " ".join(f"This is what page {word} says and" for word in ("one", "two", "three", "four"))


@pytest.mark.parametrize("suffix", [".docx", ".pdf"])
def test_a_damaged_document_is_told(suffix: str) -> None:
    with pytest.raises(UnreadableError, match="can't be read"):
        to_markdown(suffix, b"PK no such thing")


def test_a_document_without_text_is_told() -> None:
    with pytest.raises(UnreadableError, match="no text in it"):
        to_markdown(".pdf", pdf(["60 60 100 100 re S"]))


def test_documents_stand_among_policies_with_or_without_front_matter_beside_them(tmp_path: Path) -> None:
    (tmp_path / "Delivery Abroad.html").write_text(PAGE)
    (tmp_path / "returns.docx").write_bytes(docx([("Returns", "Heading 1"), ("Within 30 days.", "")]))
    (tmp_path / "returns.docx.yaml").write_text('version: "2"\neffective_from: 2026-03-01\nentities: [Harbour Street]')
    (tmp_path / "~$returns.docx").write_bytes(b"what Word leaves while a file is open")
    delivery, returns = read_policies(tmp_path)
    assert (delivery.id, delivery.version, delivery.title) == ("delivery-abroad", "1", "Delivery abroad")
    assert delivery.in_force(date(2000, 1, 1))
    assert (returns.id, returns.version, returns.effective_from) == ("returns", "2", date(2026, 3, 1))
    assert returns.entities == ("Harbour Street",)
    assert [passage.heading for passage in cut(delivery, 200)] == ["", "Fees"]


def test_what_is_wrong_with_a_document_is_told_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"nothing")
    (tmp_path / "b.html").write_text(PAGE)
    (tmp_path / "b.html.yaml").write_text("valid_from: 2026-01-01")
    with pytest.raises(Invalid) as told:
        read_policies(tmp_path)
    first, second = str(told.value).splitlines()
    assert first.startswith("a.pdf: it can't be read as PDF")
    assert second.startswith("b.html: valid_from: there is no such key")
