"""Policy files: what is read, and what is refused by file and key."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from knowledge_kit import RETURNS, RETURNS_OLD, workspace

from handrail.conversation.errors import Invalid, SettingsError
from handrail.knowledge.policies import read_policies


def read(folder: Path, **files: str) -> list:
    return read_policies(workspace(folder, {f"{name}.md": text for name, text in files.items()}).policies_folder)


def refused(folder: Path, **files: str) -> str:
    with pytest.raises(Invalid) as caught:
        read(folder, **files)
    return str(caught.value)


def test_a_file_is_one_version_of_a_policy(tmp_path: Path) -> None:
    old, new = read(tmp_path, b=RETURNS, a=RETURNS_OLD)
    assert (old.id, old.version, old.title, old.tags, old.source) == ("returns", "1", "Returns", ("orders",), "a.md")
    assert (old.effective_from, old.effective_until) == (date(2024, 1, 1), date(2026, 3, 1))
    assert new.effective_until is None
    assert new.text.startswith("## How long you have")
    assert (old.in_force(date(2026, 2, 28)), old.in_force(date(2026, 3, 1))) == (True, False)
    assert (new.in_force(date(2026, 2, 28)), new.in_force(date(2026, 3, 1))) == (False, True)


@pytest.mark.parametrize(("written", "meant"), [("1.10", "1.10"), ('"2"', "2"), ("3", "3"), ("2024-01", "2024-01")])
def test_a_version_stays_as_it_is_written(tmp_path: Path, written: str, meant: str) -> None:
    assert read(tmp_path, a=RETURNS.replace('"2"', written))[0].version == meant


def test_folders_below_are_read_and_readme_is_not(tmp_path: Path) -> None:
    settings = workspace(tmp_path, {"README.md": "# Our policies"})
    (settings.policies_folder / "shop").mkdir()
    (settings.policies_folder / "shop" / "returns.md").write_bytes(
        b"\xef\xbb\xbf" + RETURNS.replace("\n", "\r\n").encode()
    )
    (policy,) = read_policies(settings.policies_folder)
    assert policy.source == "shop/returns.md"
    assert "\r" not in policy.text


def test_an_open_end_may_be_written_out(tmp_path: Path) -> None:
    text = RETURNS.replace("tags:", "effective_until: null\ntags:")
    assert read(tmp_path, a=text)[0].effective_until is None


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('version: "2"\n', "", "a.md: version: is missing"),
        ("title: Returns", "titel: Returns", "a.md: titel: there is no such key"),
        ("2026-03-01", "soon", "a.md: effective_from: 'soon' is no day such as 2026-03-01"),
        ("id: returns", "id: returns@home", "a.md: id: 'returns@home'"),
        ("tags: [orders]", "tags: orders", "a.md: tags: "),
        ("tags: [orders]", "effective_until: 2026-03-01", "a.md: effective_until: "),
        ("tags: [orders]", "audience: stuff", "a.md: audience: "),
        ("tags: [orders]", "audience: [public, tier]", "'tier' is neither public nor staff nor a fact"),
        ("tags: [orders]", "audience: []", "a.md: audience: "),
        ("tags: [orders]", "tags: [orders", "a.md: the front matter is not valid YAML"),
        ("---\nid", "id", "a.md: the file must open with front matter"),
        (RETURNS[RETURNS.index("## How") :], "", "a.md: there is no text"),
    ],
)
def test_what_is_wrong_is_named_by_file_and_key(tmp_path: Path, before: str, after: str, told: str) -> None:
    assert before in RETURNS
    assert told in refused(tmp_path, a=RETURNS.replace(before, after))


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    settings = workspace(tmp_path, {})
    (settings.policies_folder / "a.md").write_bytes(RETURNS.replace("14", "\xa3").encode("latin-1") + b"\xa34")
    with pytest.raises(Invalid, match=r"a\.md: the file is not UTF-8"):
        read_policies(settings.policies_folder)


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    told = refused(
        tmp_path, a=RETURNS.replace("title: Returns", "titel: x"), b=RETURNS_OLD.replace("2024-01-01", "soon")
    )
    assert [line.split(": ")[:2] for line in told.splitlines()] == [
        ["a.md", "title"],
        ["a.md", "titel"],
        ["b.md", "effective_from"],
    ]


def test_the_same_version_twice_is_refused(tmp_path: Path) -> None:
    told = refused(tmp_path, a=RETURNS_OLD, b=RETURNS.replace('"2"', '"1"'))
    assert "b.md: version: returns 1 stands in a.md too" in told


def test_two_versions_without_an_end_are_refused(tmp_path: Path) -> None:
    told = refused(tmp_path, a=RETURNS_OLD.replace("effective_until: 2026-03-01\n", ""), b=RETURNS)
    assert "b.md: effective_from: returns 2 begins on 2026-03-01, while version 1 in a.md holds with no" in told


def test_a_folder_that_is_not_there_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"business\.policies"):
        read_policies(tmp_path / "policies")


@given(
    spans=st.lists(st.tuples(st.integers(0, 60), st.one_of(st.none(), st.integers(1, 20))), min_size=2, max_size=5),
)
def test_versions_are_refused_just_when_two_hold_on_one_day(
    tmp_path_factory: pytest.TempPathFactory, spans: list[tuple[int, int | None]]
) -> None:
    day = date(2026, 1, 1)
    files = {}
    for number, (start, days) in enumerate(spans):
        until = f"effective_until: {day + timedelta(start + days)}\n" if days else ""
        files[f"v{number}"] = (
            f"---\nid: p\ntitle: P\nversion: v{number}\neffective_from: {day + timedelta(start)}\n{until}---\nText."
        )
    held = [sum(start <= n and (days is None or n < start + days) for start, days in spans) for n in range(90)]
    folder = tmp_path_factory.mktemp("versions")
    if max(held) > 1:
        assert "effective_from" in refused(folder, **files)
    else:
        assert len(read(folder, **files)) == len(spans)


@pytest.mark.parametrize(
    ("written", "read_as"),
    [("", ("public",)), ("audience: Staff", ("staff",)), ("audience: [Tier = Gold, staff]", ("staff", "tier=gold"))],
)
def test_whom_a_policy_is_for(tmp_path: Path, written: str, read_as: tuple[str, ...]) -> None:
    (policy,) = read(tmp_path, a=RETURNS.replace("tags: [orders]", f"tags: [orders]\n{written}"))
    assert policy.audience == read_as
