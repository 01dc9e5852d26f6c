"""Documents made on the spot: the least that a reader of DOCX or PDF takes for one."""

import io
import zipfile
from collections.abc import Sequence

WORDS = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TYPES = """<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/word/document.xml"
 ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>
<Override PartName="/word/styles.xml"
 ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>"""
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'


def docx(blocks: Sequence[tuple[str, str] | list[list[str]]]) -> bytes:
    """A Word file of paragraphs, each with its style ("Heading 1", "" for none), and tables."""
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="Heading{n}"><w:name w:val="Heading {n}"/></w:style>' for n in (1, 2)
    )
    body = "".join(_table(block) if isinstance(block, list) else _paragraph(*block) for block in blocks)
    files = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": RELATIONS.format(
            f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/>'
        ),
        "word/_rels/document.xml.rels": RELATIONS.format(
            f'<Relationship Id="r1" Type="{OFFICE}/styles" Target="styles.xml"/>'
        ),
        "word/styles.xml": f"<w:styles {WORDS}>{styles}</w:styles>",
        "word/document.xml": f"<w:document {WORDS}><w:body>{body}</w:body></w:document>",
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{content}')
    return file.getvalue()


def _paragraph(text: str, style: str = "") -> str:
    told = f'<w:pPr><w:pStyle w:val="{style.replace(" ", "")}"/></w:pPr>' if style else ""
    return f"<w:p>{told}<w:r><w:t>{text}</w:t></w:r></w:p>"


def _table(rows: Sequence[Sequence[str]]) -> str:
    cells = ("".join(f"<w:tc>{_paragraph(cell)}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def line(text: str, top: float, size: float = 10, *, bold: bool = False, left: float = 60) -> str:
    """The drawing of a line of text on a page of 800 points."""
    return f"BT /{'F2' if bold else 'F1'} {size} Tf {left} {800 - top - size} Td ({text}) Tj ET"


def grid(rows: Sequence[Sequence[str]], top: float, *, height: float = 20, width: float = 120) -> str:
    """The drawing of a ruled table."""
    drawn = []
    for down, row in enumerate(rows):
        for along, cell in enumerate(row):
            left, high = 60 + along * width, top + down * height
            drawn.append(f"{left} {800 - high - height} {width} {height} re S")
            drawn.append(line(cell, high + 5, left=left + 5))
    return "\n".join(drawn)


def pdf(*pages: Sequence[str]) -> bytes:
    """A PDF of drawings, a list for each page."""
    count = len(pages)
    kids = " ".join(f"{5 + 2 * n} 0 R" for n in range(count))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
    ]
    for number, drawings in enumerate(pages):
        content = "\n".join(drawings)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {6 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    written = b"%PDF-1.4\n"
    places = []
    for number, each in enumerate(objects, 1):
        places.append(len(written))
        written += f"{number} 0 obj\n{each}\nendobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    head = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n"
    return written + f"{head}<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(written)}\n%%EOF".encode()
