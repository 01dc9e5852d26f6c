"""Curves as inline SVG, in the page's own colours."""

from collections.abc import Iterable, Sequence

from handrail.evals.page.markup import Html, h
from handrail.evals.statistics import Figure

WIDE, HIGH = 320, 250
LEFT, TOP, RIGHT, BOTTOM = 44, 12, 10, 40
MOST = 400
"""Points of a line that are drawn: more are not seen."""
Point = tuple[float, float]


class Plot:
    """Axes from 0 to 1, or `top` upwards, on which lines and marks are laid."""

    def __init__(self, title: str, across: str, up: str, *, top: float = 1.0) -> None:
        self._title, self._top = title, top or 1.0
        self._parts: list[Html] = [*self._axes(across, up)]

    def line(self, points: Sequence[Point], kind: str = "a") -> "Plot":
        """A line through points, thinned where there are very many."""
        step = max(1, len(points) // MOST)
        kept = [*points[::step], *points[-1:]]
        path = " ".join(f"{self._x(x):.1f},{self._y(y):.1f}" for x, y in kept)
        self._parts.append(h("polyline", points=path, class_=f"line {kind}"))
        return self

    def mark(self, x: float, y: float, label: str, *, low: float | None = None, high: float | None = None) -> "Plot":
        """A dot, with a bar for its interval."""
        if low is not None and high is not None:
            self._parts.append(
                h("line", x1=f"{self._x(x):.1f}", x2=f"{self._x(x):.1f}", y1=f"{self._y(low):.1f}",
                  y2=f"{self._y(high):.1f}", class_="bar")
            )  # fmt: skip
        dot = h("circle", h("title", label), cx=f"{self._x(x):.1f}", cy=f"{self._y(y):.1f}", r=3.5, class_="dot")
        self._parts.append(dot)
        return self

    def draw(self, told: str) -> Html:
        """The figure; `told` says in words what it shows."""
        svg = h("svg", *self._parts, viewBox=f"0 0 {WIDE} {HIGH}", role="img", aria_label=f"{self._title}: {told}")
        return h("figure", svg, h("figcaption", h("b", self._title), ". ", told))

    def _axes(self, across: str, up: str) -> Iterable[Html]:
        for part in (0.0, 0.5, 1.0):
            x, y = self._x(part), self._y(part * self._top)
            yield h("line", x1=LEFT, x2=WIDE - RIGHT, y1=f"{y:.1f}", y2=f"{y:.1f}", class_="grid")
            yield h("text", f"{part * self._top:.2g}", x=LEFT - 6, y=f"{y + 4:.1f}", class_="tick end")
            yield h("text", f"{part:.2g}", x=f"{x:.1f}", y=HIGH - BOTTOM + 16, class_="tick mid")
        yield h("text", across, x=(LEFT + WIDE - RIGHT) / 2, y=HIGH - 6, class_="axis mid")
        middle = (TOP + HIGH - BOTTOM) / 2
        yield h("text", up, x=12, y=middle, transform=f"rotate(-90 12 {middle})", class_="axis mid")

    def _x(self, value: float) -> float:
        return LEFT + min(max(value, 0.0), 1.0) * (WIDE - LEFT - RIGHT)

    def _y(self, value: float) -> float:
        return HIGH - BOTTOM - min(max(value / self._top, 0.0), 1.0) * (HIGH - TOP - BOTTOM)


def interval(figure: Figure) -> Html:
    """A share and its interval on a line from 0 to 1."""
    if figure.value is None or figure.low is None or figure.high is None:
        return Html("")
    return h(
        "svg",
        h("line", x1=0, x2=100, y1=6, y2=6, class_="grid"),
        h("line", x1=f"{100 * figure.low:.1f}", x2=f"{100 * figure.high:.1f}", y1=6, y2=6, class_="bar"),
        h("circle", cx=f"{100 * figure.value:.1f}", cy=6, r=3, class_="dot"),
        viewBox="-4 0 108 12", preserveAspectRatio="xMinYMid meet", class_="interval", aria_hidden="true",
    )  # fmt: skip
