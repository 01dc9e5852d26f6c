"""Cutting policies into passages."""

from hypothesis import given
from hypothesis import strategies as st
from knowledge_kit import a_policy

from handrail.knowledge.cutting import cut
from handrail.knowledge.markdown import plain
from handrail.knowledge.search import embedded


def words(text: str) -> int:
    return len(text.split())


def pieces(text: str, budget: int = 40) -> list[str]:
    return [passage.text for passage in cut(a_policy(text), budget, words)]


def test_each_heading_begins_a_passage() -> None:
    passages = cut(a_policy("First of all.\n\n## Costs\n\nIt is free.\n\n## Time\n\nTwo days.\n\nOr three."), 40, words)
    assert [(p.id, p.heading, p.text) for p in passages] == [
        ("returns@1#1", "", "First of all."),
        ("returns@1#2", "Costs", "It is free."),
        ("returns@1#3", "Time", "Two days.\n\nOr three."),
    ]
    assert passages[2].tokens == 4
    assert passages[1].citation.passage == "returns@1#2"


def test_a_heading_carries_those_above_it_but_not_the_title() -> None:
    text = (
        "# Returns\n\n## Abroad\n\n### **Norway** and [EEA](x)\n\nNo.\n\n### Japan\n\nYes.\n\nOther\n-----\n\nPerhaps."
    )
    assert [p.heading for p in cut(a_policy(text), 40, words)] == ["Abroad › Norway and EEA", "Abroad › Japan", "Other"]


def test_a_list_stays_with_the_line_that_announces_it() -> None:
    text = "One two three four five six seven.\n\nYou need:\n\n- a box\n- a label\n- a receipt"
    assert pieces(text, 14) == ["One two three four five six seven.", "You need:\n\n- a box\n- a label\n- a receipt"]


def test_a_long_list_is_cut_between_items_and_says_again_what_it_is() -> None:
    items = [f"- item {n} of the long list\n  - with a detail" for n in range(6)]
    found = pieces("You can't return:\n\n" + "\n".join(items), 30)
    assert len(found) > 1
    assert all(piece.startswith("You can't return:\n\n- item") for piece in found)
    assert "\n".join(piece.removeprefix("You can't return:\n\n") for piece in found) == "\n".join(items)


def test_a_long_table_is_cut_between_rows_and_keeps_its_head() -> None:
    head = "| Country | Price |\n|---|---|"
    rows = [f"| Country {n} | {n} pounds |" for n in range(12)]
    found = pieces(f"Prices:\n\n{head}\n" + "\n".join(rows), 40)
    assert len(found) > 1
    assert all(piece.startswith(f"Prices:\n\n{head}\n| Country") for piece in found)
    assert [
        line for piece in found for line in piece.splitlines() if line.startswith("| Country ") and "Price" not in line
    ] == rows


def test_a_short_table_stays_whole() -> None:
    table = "| A | B |\n|---|---|\n| 1 | 2 |"
    assert pieces(f"Before that there are quite a few words.\n\n{table}", 18)[-1] == table


def test_a_long_paragraph_is_cut_between_sentences_then_between_words() -> None:
    assert pieces("One two three. Four five six. Seven eight.", 6) == ["One two three. Four five six.", "Seven eight."]
    assert pieces("a b c d e f g h", 3) == ["a b c", "d e f", "g h"]


def test_comments_rules_and_empty_sections_say_nothing() -> None:
    assert pieces("## Empty\n\n## Full\n\nText.\n\n<!-- only for us -->\n\n---\n\nMore.") == ["Text.\n\nMore."]


def test_plain_words_leave_out_the_marks() -> None:
    table = "| A | B |\n|---|---|\n| 1 | 2 |"
    text = f"**You** can [return](https://example.org) it:\n\n- `unused`\n- boxed\n\n{table}\n\n    code"
    assert plain(text) == "You can return it: unused boxed A B 1 2 code"


BLOCKS = st.one_of(
    st.lists(st.sampled_from(["alpha.", "beta", "gamma!", "delta"]), min_size=1, max_size=40).map(" ".join),
    st.lists(st.sampled_from(["one", "two three", "four five six"]), min_size=1, max_size=9).map(
        lambda items: "\n".join(f"- {item}" for item in items)
    ),
    st.sampled_from(["## Head", "### Deeper", "Announced:"]),
)


@given(st.lists(BLOCKS, min_size=1, max_size=8), st.integers(6, 30))
def test_no_word_is_lost_and_no_passage_is_too_long(parts: list[str], budget: int) -> None:
    text = "\n\n".join(parts)
    said = [word for part in parts if not part.startswith("#") for word in part.split()]
    found = [word for piece in pieces(text, budget) for word in piece.split()]
    for word in set(said) - {"-", "Announced:"}:
        assert found.count(word) == said.count(word)
    assert all(words(piece) <= budget for piece in pieces(text, budget))


CONDITION = "The following applies to unworn goods only."


def test_a_condition_on_all_that_follows_is_shown_with_each_passage_below_it() -> None:
    text = (
        f"## Refunds\n\nWe pay back. {CONDITION}\n\n### Cards\n\nWithin 5 days.\n\n### Cash\n\nNow.\n\n## Help\n\nAsk."
    )
    passages = cut(a_policy(text), 40, words)
    assert [(p.heading, p.before) for p in passages] == [
        ("Refunds", ""), ("Refunds › Cards", CONDITION), ("Refunds › Cash", CONDITION), ("Help", ""),
    ]  # fmt: skip
    assert passages[1].told == f"{CONDITION}\n\nWithin 5 days."
    # What is searched, and what a citation points at, stays the passage itself.
    assert passages[1].text == "Within 5 days."
    assert CONDITION not in embedded(passages[1])


def test_a_condition_before_the_first_heading_holds_for_all_of_them() -> None:
    passages = cut(
        a_policy("These terms hold only for orders online.\n\n## Returns\n\n30 days.\n\n## Costs\n\nNone."), 40, words
    )
    assert [p.before for p in passages] == ["", *["These terms hold only for orders online."] * 2]


def test_a_passage_that_goes_on_from_the_one_before_is_shown_with_its_last_sentence() -> None:
    text = (
        "You can return boots within 30 days. Keep the box of them.\n\nHowever, that doesn't hold for worn ones, ever."
    )
    first, second = cut(a_policy(text), 14, words)
    assert (first.before, second.before) == ("", "Keep the box of them.")
    alone, other = cut(a_policy(text.replace("However, that", "The rule")), 14, words)
    assert (alone.before, other.before) == ("", "")


PARTS = st.sampled_from([CONDITION, "It costs 5 pounds.", "However, not abroad.", "## A", "### B", "- one\n- two"])


@given(st.lists(PARTS, min_size=1, max_size=12), st.integers(6, 30))
def test_what_is_shown_before_a_passage_stands_before_it_in_the_policy(parts: list[str], budget: int) -> None:
    text = "\n\n".join(parts)
    passages = cut(a_policy(text), budget, words)
    assert [p.text for p in passages] == pieces(text, budget)
    for number, passage in enumerate(passages):
        above = " ".join(plain(p.text) for p in passages[:number]).split()
        assert all(word in above for word in passage.before.split())
