"""Proposals: drafted from what people said and nothing else, and written over nobody's edit."""

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.conversation.errors import Conflict, Invalid, Unavailable
from handrail.evals.improve import changes as files
from handrail.evals.improve import policy_text
from handrail.evals.improve.advice import given_in
from handrail.evals.improve.answers import Answer, is_rule
from handrail.evals.improve.changes import Change, digest_of
from handrail.evals.improve.drafting import Written, draft_passage, heading_of
from handrail.evals.improve.signals import kind_of
from handrail.knowledge.policies import read_policies

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


class ByWords:
    """Texts are alike by the words that they share."""

    name, dimensions = "words", 64

    async def embed(self, texts):
        rows = np.zeros((len(texts), self.dimensions), np.float32)
        for number, text in enumerate(texts):
            for word in text.lower().split():
                rows[number, sum(map(ord, word)) % self.dimensions] = 1
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1)


class Writes:
    """A model that writes what it was told to, or is down."""

    def __init__(self, text: str) -> None:
        self.text, self.asked = text, ""

    async def write(self, schema, messages, *, seconds=None):
        self.asked = messages[-1]["content"]
        if not self.text:
            raise Unavailable("down", code="timeout")
        return schema(heading="Sharpening", text=self.text), None


def answer(text: str, hour: int = 12) -> Answer:
    return Answer(text, "u_ana", NOON.replace(hour=hour), "c_1", 5, right=True)


async def test_what_was_said_twice_stands_once_and_what_differs_is_told() -> None:
    now, once = "We sharpen axes in our own workshop for £12.", "We sharpen axes in our own workshop for £9."
    told = [answer(now), answer(once, 9), answer(now, 8)]
    draft = await draft_passage(["Do you sharpen axes?"], told, ByWords(), None, "")
    assert draft.text == now
    assert "£9" in draft.remarks[0]
    assert draft.heading == "Do you sharpen axes?"


async def test_a_model_may_word_it_and_may_not_add_to_it() -> None:
    told = [answer("We sharpen axes for £12.")]
    fine = await draft_passage(["Axes?"], told, ByWords(), Writes("Axes are sharpened for £12."), "m")
    assert (fine.text, fine.by) == ("Axes are sharpened for £12.", "m")
    made_up = await draft_passage(["Axes?"], told, ByWords(), Writes("Sharpening costs £12 and takes 5 days."), "m")
    assert made_up.text == "We sharpen axes for £12."
    assert "what nobody said" in made_up.remarks[-1]
    down = await draft_passage(["Axes?"], told, ByWords(), Writes(""), "m")
    assert (down.text, down.by) == ("We sharpen axes for £12.", "the words of people")


async def test_where_nobody_has_answered_nothing_is_made_up() -> None:
    draft = await draft_passage(["Axes?"], [], ByWords(), Writes("Yes, for £12."), "m")
    assert draft.text == ""
    assert "nobody has answered" in draft.remarks[0]


@pytest.mark.parametrize(
    ("sentence", "is_one"),
    [
        ("We sharpen ice axes for £12.", True), ("Hi there!", False), ("Which axe do you have?", False),
        ("I have sent it to <email_1>.", False), ("Your order W10021 is on its way.", False), ("Sure.", False),
    ],
)  # fmt: skip
def test_only_what_holds_for_everybody_is_a_rule(sentence: str, is_one: bool) -> None:
    assert is_rule(sentence) is is_one


def test_a_heading_names_nobody() -> None:
    assert heading_of(["<name_1> here. Where is order W10021 now?"]) == "Where is order now?"
    assert heading_of([""]) == "What customers ask"


@given(st.text(max_size=120))
def test_any_question_makes_a_policy_that_can_be_read(question: str) -> None:
    import tempfile

    heading = heading_of([question])
    with tempfile.TemporaryDirectory() as folder:
        id_ = policy_text.slug_of(heading, set())
        file = Path(folder) / f"{id_}.md"
        file.write_text(policy_text.new_policy(id_, heading, "We do.", date(2026, 6, 15)), encoding="utf-8")
        (policy,) = read_policies(Path(folder))
    assert (policy.id, policy.title) == (id_, " ".join(heading.split()).strip())
    assert policy.text.endswith("We do.")


def test_a_version_ends_where_the_next_begins(tmp_path: Path) -> None:
    held = '---\nid: a\ntitle: A\nversion: "1"\neffective_from: 2024-01-01\ntags: [x]\n---\n\n## H\n\nOld.\n'
    (tmp_path / "a.md").write_text(held)
    (policy,) = read_policies(tmp_path)
    day = date(2026, 6, 15)
    body, replaced = policy_text.mended(policy.text, "Old.", "H", "New.")
    assert replaced
    (tmp_path / "a.md").write_text(policy_text.ended(held, day))
    (tmp_path / "a-v2.md").write_text(policy_text.new_version(held, policy, "2", day, body))
    one, two = read_policies(tmp_path)
    assert (one.effective_until, one.text) == (day, policy.text)
    assert (two.version, two.effective_from, two.tags, two.text) == ("2", day, ("x",), "## H\n\nNew.")


def test_changes_are_made_whole_or_not_at_all_and_taken_back(tmp_path: Path) -> None:
    folder, backup = tmp_path / "policies", tmp_path / "backup"
    folder.mkdir()
    (folder / "a.md").write_text("one")
    made = [Change("a.md", digest_of("one"), "two"), Change("sub/b.md", None, "new")]
    files.make(folder, made, backup)
    assert (folder / "sub/b.md").read_text() == "new"
    files.take_back(folder, made, backup)
    assert ((folder / "a.md").read_text(), (folder / "sub/b.md").exists()) == ("one", False)
    (folder / "a.md").write_text("by hand")
    with pytest.raises(Conflict, match=r"a\.md has been changed"):
        files.make(folder, made, tmp_path / "other")
    assert not (folder / "sub/b.md").exists()
    with pytest.raises(Invalid, match="not below"):
        files.text_of(folder, "../outside.md")


def test_what_somebody_wrote_meanwhile_is_not_taken_back(tmp_path: Path) -> None:
    made = [Change("a.md", None, "new")]
    files.make(tmp_path, made, tmp_path / "backup")
    (tmp_path / "a.md").write_text("by hand")
    with pytest.raises(Conflict, match="not taken back"):
        files.take_back(tmp_path, made, tmp_path / "backup")
    assert (tmp_path / "a.md").read_text() == "by hand"


def test_what_customers_gave_is_told_by_its_kind() -> None:
    told = given_in(["Swap W10021 for £20 on 3 July, write to a@example.org"])
    assert told == {"an identifier like W00000", "an amount", "a day", "an e-mail address"}


@pytest.mark.parametrize(
    ("tags", "escalated", "kind"),
    [
        ([], True, ("policy_missing", False)), (["policy_outdated", "confused"], True, ("policy_outdated", True)),
        (["phrase_not_understood"], True, ("phrase", True)), (["tool_failed"], True, ("tool", True)),
        (["should_not_have_escalated"], True, ("needless", True)), (["needed_judgement"], False, ("late", True)),
        (["needed_judgement"], True, ("policy_missing", False)),
    ],
)  # fmt: skip
def test_a_tag_tells_what_is_missing(tags: list[str], escalated: bool, kind: tuple[str, bool]) -> None:
    assert kind_of(tags, escalated=escalated) == kind


def test_the_schema_that_a_model_fills_in_is_small() -> None:
    assert set(Written.model_json_schema()["properties"]) == {"heading", "text"}
