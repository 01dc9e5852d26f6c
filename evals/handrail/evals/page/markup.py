"""HTML as values: whatever is no `Html` is escaped, so nothing that a customer wrote can become markup."""

import re
from collections.abc import Sequence
from html import escape
from importlib.resources import files

UNSHOWN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]")
"""What no page can hold, and marks that turn the direction of the text after them."""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
VOID = {"meta", "br", "hr", "line", "circle", "rect", "polyline", "path"}


class Html(str):
    """Markup that was made here."""

    __slots__ = ()


def h(tag: str, *children: str, **attributes: object) -> Html:
    """An element. `class_` is `class`, and `_` in a name is `-`; False and None leave an attribute out."""
    given = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(shown(str(value)))}"' if value is not True else f" {name}"
        for name, value in attributes.items()
        if value is not None and value is not False
    )
    if tag in VOID and not children:
        return Html(f"<{tag}{given}/>")
    return Html(f"<{tag}{given}>{joined(*children)}</{tag}>")


def joined(*children: str) -> Html:
    """Children one after the other, each escaped unless it is markup."""
    return Html("".join(child if isinstance(child, Html) else escape(shown(child)) for child in children))


def shown(text: str) -> str:
    """A text without what a page can't hold."""
    return UNSHOWN.sub("\ufffd", text)


def page(title: str, *body: str) -> str:
    """A whole document, with its style inside."""
    style = (files("handrail.evals") / "page" / "page.css").read_text(encoding="utf-8")
    head = h(
        "head",
        h("meta", charset="utf-8"),
        h("meta", http_equiv="Content-Security-Policy", content=POLICY),
        h("meta", name="viewport", content="width=device-width, initial-scale=1"),
        h("title", title),
        h("style", Html(style)),
    )
    return f"<!doctype html>\n{h('html', head, h('body', h('main', *body)), lang='en')}\n"


def table(caption: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, numbers: int = 1) -> Html:
    """A table that scrolls by itself where it is wider than the page; columns from `numbers` on are figures."""
    top = h("tr", *(_head(head, "n" if at >= numbers else None) for at, head in enumerate(heads)))
    body = [
        h(
            "tr",
            h("th", row[0], scope="row"),
            *(h("td", cell, class_="n" if at >= numbers else None) for at, cell in enumerate(row[1:], 1)),
        )
        for row in rows
    ]
    whole = h("table", h("caption", caption), h("thead", top), h("tbody", *body))
    return h("div", whole, class_="wide", role="region", aria_label=caption, tabindex="0")


def _head(text: str, kind: str | None) -> Html:
    return h("th", text, scope="col", class_=kind) if text else h("td", class_=kind)
