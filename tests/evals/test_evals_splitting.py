"""Sets that know nothing of one another: splits by customer and by time, and what leaks from one to the other."""

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from handrail.channels.cli.main import app
from handrail.conversation.errors import Invalid
from handrail.evals.case import Case
from handrail.evals.files import read_suite
from handrail.evals.identity import data_hash
from handrail.evals.leakage import leakage
from handrail.evals.likeness import likeness, pairs, shingles
from handrail.evals.splitting import split, stratum

WORDS = [f"word{n}" for n in range(400)]


def words(seed: int, n: int = 30) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=n))


def case(id_: str, text: str | None = None, *, needed: bool = False, **fields: Any) -> Case:
    tags = [{"escalate": needed, "by": "kim", "at": "2026-06-01"}]
    steps = [{"say": words(hash_of(id_)) if text is None else text}]
    return Case.model_validate({"id": id_, "purpose": "p", "steps": steps, "tags": tags, **fields})


def hash_of(id_: str) -> int:
    return sum(ord(letter) * 31**n for n, letter in enumerate(id_))


CASES = [
    case(f"c{n}", needed=n % 5 == 0, customer_id=f"C{n % 60}", now=f"2026-06-{1 + n // 10:02}T10:00:00Z",
         labels={"channel": "email" if n % 3 else "chat"})
    for n in range(200)
]  # fmt: skip


def customers(cases: Any) -> set[str]:
    return {one.customer_id for one in cases}


@given(st.floats(0.1, 0.9), st.integers(0, 50))
def test_no_customer_is_on_both_sides_and_nothing_is_lost(share: float, seed: int) -> None:
    told = split(CASES, share, "customer", seed=seed)
    assert customers(told.fitting).isdisjoint(customers(told.test))
    assert sorted(c.id for c in (*told.fitting, *told.test)) == sorted(c.id for c in CASES)
    assert len(told.test) / len(CASES) == pytest.approx(share, abs=0.1)
    assert leakage(told.fitting, told.test).leaks == ()


def test_a_seed_draws_the_same_and_another_one_others() -> None:
    assert split(CASES, 0.5, "customer", seed=3) == split(CASES, 0.5, "customer", seed=3)
    assert split(CASES, 0.5, "customer", seed=3) != split(CASES, 0.5, "customer", seed=4)


def test_strata_are_alike_on_both_sides() -> None:
    alone = [one.model_copy(update={"customer_id": None}) for one in CASES]
    told = split(alone, 0.25, "customer", ["channel"])
    assert len(told.strata(["channel"])) == 4
    for _, fit, test in told.strata(["channel"]):
        assert test / (fit + test) == pytest.approx(0.25, abs=0.06)
    assert stratum(alone[0], ["channel"]) == "needed a person, channel chat"


def test_the_newest_are_tested_on_and_their_customers_older_ones_are_set_aside() -> None:
    told = split(CASES, 0.25, "time")
    assert max(c.now for c in told.fitting) < min(c.now for c in told.test)
    assert customers(told.fitting).isdisjoint(customers(told.test))
    assert len(told.test) == 50
    assert customers(told.aside) <= customers(told.test)
    assert len(told.fitting) + len(told.test) + len(told.aside) == 200
    with pytest.raises(Invalid, match="neither `now` nor a tag"):
        split([CASES[0].model_copy(update={"now": None, "tags": ()})], 0.5, "time")


def test_copies_stay_together_though_nobody_knows_the_customer() -> None:
    copies = [case(f"copy{n}", words(1) + f" {n}") for n in range(10)]
    others = [case(f"other{n}") for n in range(10)]
    told = split([*copies, *others], 0.5, "customer")
    sides = {"fit" if one in told.fitting else "test" for one in copies}
    assert len(sides) == 1
    assert told.groups == 11
    with pytest.raises(Invalid, match="leave one side empty"):
        split(copies, 0.5, "customer")


def test_leaks_are_named_by_pair_and_kind() -> None:
    text = words(7, 40)
    fitting = [case("a", customer_id="C1"), case("b", text), case("c", "where is my order")]
    changed = " ".join(["another", *text.split()[1:]])
    test = [case("x", customer_id="C1"), case("y", changed), case("z", "where is my order"), case("a")]
    found = leakage(fitting, test)
    told = {(leak.fitted, leak.tested, leak.kind) for leak in found.leaks}
    assert told == {
        ("a", "a", "the same id"), ("a", "a", "nearly the same words"), ("a", "x", "the same customer"),
        ("b", "y", "nearly the same words"),
    }  # fmt: skip
    assert (found.touched, found.share) == (3, 0.75)
    assert leakage(fitting, []).share == 0.0


@given(st.integers(0, 1000), st.integers(0, 4))
def test_what_is_alike_is_found_and_no_other(seed: int, changes: int) -> None:
    chance, text = random.Random(seed), words(seed, 60).split()
    changed = list(text)
    for at in chance.sample(range(60), changes):
        changed[at] = "changed"
    one, other = shingles(" ".join(text)), shingles(" ".join(changed))
    exact = likeness(one, other)
    assert [alike for _, _, alike in pairs([shingles(words(seed + 5000)), one], [other])] == (
        [exact] if exact >= 0.7 else []
    )


def test_the_command_writes_both_sides_and_what_it_did(tmp_path) -> None:
    (tmp_path / "handrail.toml").write_text("")
    file, out = tmp_path / "all.jsonl", tmp_path / "sets"
    file.write_text("".join(one.model_dump_json() + "\n" for one in CASES))
    run = CliRunner().invoke
    split_at = ["evals", "split", "-d", str(file), "-o", str(out), "-w", str(tmp_path)]
    done = run(app, [*split_at, "--label", "channel"])
    assert done.exit_code == 0, done.output
    assert "0 leaks" in done.stdout
    fit, test = (read_suite(out / name).cases for name in ("fit.jsonl", "test.jsonl"))
    assert len(fit) + len(test) == 200
    about = json.loads((out / "split.json").read_text())
    assert about["data_sha256"] == data_hash(CASES)
    assert about["sides"]["fit"] == {"sha256": data_hash(fit), "conversations": len(fit)}
    clean = run(app, ["evals", "leaks", str(out / "fit.jsonl"), str(out / "test.jsonl"), "-w", str(tmp_path)])
    assert clean.exit_code == 0, clean.output
    assert f"data {data_hash(fit)[:8]}" in clean.stdout
    leaking = run(app, ["evals", "leaks", str(file), str(out / "test.jsonl"), "-w", str(tmp_path)])
    assert leaking.exit_code == 3
    assert "the same id" in leaking.stdout
    assert "(100.0%)" in leaking.stdout
    newest = [*split_at, "--by", "time", "--share", "0.25"]
    assert "are on neither" in run(app, newest).stdout
