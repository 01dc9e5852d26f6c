"""The page of a run and of a comparison: whole, readable by anybody, and safe from what customers wrote."""

import re
import shutil
from html.parser import HTMLParser

import pytest
from axe_playwright_python.async_playwright import Axe
from evals_logs import case, ended, handed, heard, log, said
from evals_runs import kept
from playwright.async_api import async_playwright

from handrail.conversation.events import Checked, Confidence, Finding
from handrail.evals.compare import compare
from handrail.evals.gates import gate, judge
from handrail.evals.page import comparison_page, report_page
from handrail.evals.page.markup import h, joined
from handrail.evals.report import report
from handrail.evals.scoring import played
from handrail.evals.suite import report_of
from handrail.evals.trace import Trace

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
HOSTILE = "</span><script>document.title='hit'</script><img src=x onerror=\"document.title='hit'\">\u202e\x00 ]]>"
VOID = {"meta", "br", "hr"}


class Shape(HTMLParser):
    """Which elements a page holds, and whether all of them are closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open, self.seen = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def run(text: str = "I see."):
    came = {f"needed-{n}": (True, [n > 5]) for n in range(20)} | {f"plain-{n}": (False, [n < 3]) for n in range(40)}
    return kept("monday", came, text=text)


def sure(probability: float, needed: bool, n: int, text: str = "hello"):
    made = case(f"c{n}-{text}", escalate=needed, reasons=["legal"] if needed else []).model_copy(
        update={"purpose": text, "labels": {"channel": text}}
    )
    found = Finding(check="sensitive", name="legal", score=0.9, action="handover", span=(0, 5), reason=text)
    told = Confidence(needs_person=probability, decision="answer")
    events = log(
        heard(text), Checked(turn_id="t1", direction="inbound", subject=2, findings=(found,)), said(text),
        *([handed("legal")] if probability > 0.5 else []), ended(confidence=told),
    )  # fmt: skip
    return played(made, Trace(tuple(events)), "replay")


def fitted(text: str = "hello"):
    return report([sure((n * 37 % 100) / 100, n % 3 == 0, n, text) for n in range(60)], {"gone": f"Invalid: {text}"})


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    hostile = fitted(HOSTILE)
    told = compare(
        run(), kept("tuesday", {f"needed-{n}": (True, [False]) for n in range(20)}, text=HOSTILE, engine=HOSTILE)
    )
    return {
        "run": report_page(
            report_of(run()), run(), judge([gate("right >= 0.99"), gate("injection >= 1")], report_of(run()))
        ),
        "hostile": report_page(hostile),
        "comparison": comparison_page(told, judge([gate("no regression beyond noise")], report_of(run()), told)),
    }


def test_pages_are_whole_and_fetch_and_run_nothing(pages):
    for text in pages.values():
        shape = Shape(text)
        assert not shape.open
        tags = {tag for tag, _ in shape.seen}
        assert not tags & {"script", "img", "iframe", "link", "object", "form", "base"}
        assert not any(name.startswith("on") or name in ("href", "src") for _, attrs in shape.seen for name in attrs)
        assert "default-src &#x27;none&#x27;" in text
        assert not re.search(r"https?://", text)


def test_what_customers_wrote_is_text(pages):
    for name in ("hostile", "comparison"):
        assert "<script>" not in pages[name]
        assert "&lt;script&gt;" in pages[name]
        assert "\u202e" not in pages[name]
        assert "\x00" not in pages[name]


def test_a_page_tells_figures_confusions_gates_and_the_worst(pages):
    text = pages["run"]
    for told in ("60 cases, engine offline", "85.0%", "14", "6 missed", "3 needless", "37", "run monday"):
        assert told in text
    assert "right &gt;= 0.99: it is 0.850" in text
    # A missed handoff is worse than a needless one.
    assert text.index(">needed-0<") < text.index(">plain-0<")


def test_a_page_draws_what_the_probabilities_come_to():
    text = report_page(fitted())
    for curve in ("Precision over recall", "Reliability", "Cost of mistakes"):
        assert f"<b>{curve}</b>" in text
    assert "AUROC 0." in text
    assert "channel: hello" in text
    assert "<mark>hello</mark>" in text
    assert "<q>hello</q>" in text
    assert "Curves" not in report_page(report([sure(0.2, False, 1)], {}))


def test_epochs_have_a_curve():
    text = report_page(report_of(kept("a", {f"c{n}": (True, [True, n > 2, True]) for n in range(9)})))
    assert "pass^k" in text
    assert "k = 3: 0.667" in text


def test_a_comparison_shows_both_sides(pages):
    text = pages["comparison"]
    assert "Regression beyond noise: cases wholly right, escalation recall" in text
    assert "Wrong now: 14" in text
    assert text.count('class="sides"') == 14


def test_text_is_escaped_unless_it_is_markup():
    assert h("p", "<b>", h("i", "&"), title='"') == '<p title="&quot;">&lt;b&gt;<i>&amp;</i></p>'
    assert joined("a<", h("br")) == "a&lt;<br/>"


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium: the page is not looked at")
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_browser_shows_them_to_everybody(pages, scheme, tmp_path):
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for name, text in pages.items():
            file = tmp_path / f"{name}.html"
            file.write_text(text)
            context = await browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme)
            page = await context.new_page()
            asked = []
            page.on("request", lambda request, asked=asked: asked.append(request.url))
            await page.goto(file.as_uri())
            await page.locator("summary").last.click()
            results = await Axe().run(page, options={"resultTypes": ["violations"]})
            assert results.violations_count == 0, results.generate_report()
            wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert await page.evaluate(wide) <= 0
            assert await page.title() != "hit"
            assert asked == [file.as_uri()]
            await context.close()
        await browser.close()
