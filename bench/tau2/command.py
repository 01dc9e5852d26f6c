"""The command line of `python -m bench tau2`."""

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from pydantic import SecretStr, TypeAdapter

from bench.figures import RESULTS, Figure, Surroundings, save, show
from bench.tau2 import gold
from bench.tau2.domain import RULES, Domain, Task, load
from bench.tau2.judge import pass_hat
from bench.tau2.offered import Desk, Offered
from bench.tau2.play import ModelPlayer, PlainPlayer, Player, Trial, play, tried
from bench.tau2.talk import Business, open_business
from handrail.agent.models.openai import OpenAIModel
from handrail.conversation.errors import HandrailError
from handrail.conversation.settings import Engine

ABOUT = """Play the tasks of tau2 (retail and airline) against the agent, whose tools are the benchmark's behind MCP.

  gold     a scripted model makes the calls of each right solution, through identity, ownership, consent and claim;
           the end state must be that of the calls made directly
  model    the agent on any model behind Chat Completions, with a customer that a second model plays
  offered  no talk: which tools of the solutions the router picks for the first line, and which have room in the prompt
  offline  the agent on the built-in engine, with a customer who opens with the scenario and agrees to all

The data are read from $HANDRAIL_DATA/tau2 (../shared/data beside the repository where it is not set).
Exit code 1: fewer tasks than --wanted were right. Assertions in words are counted as unscored, not as failed."""
WANTED = 0.95
PART = "tau2"
TRIAL = TypeAdapter(Trial)


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(
        "python -m bench tau2", description=ABOUT, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("mode", nargs="?", choices=("gold", "model", "offered", "offline"), default="gold")
    made.add_argument("--domain", action="append", choices=tuple(RULES), help="one domain alone; may be repeated")
    made.add_argument("--tasks", help="ids of tasks, parted by commas")
    made.add_argument("--limit", type=int, help="so many tasks of each domain, the first of them")
    made.add_argument("--wanted", type=float, help=f"share of tasks that must be right ({WANTED} for gold, else 0)")
    made.add_argument("--show", action="store_true", help="print every conversation that was not right")
    model = made.add_argument_group("the agent's model")
    model.add_argument("--model", default="gpt-4.1-mini")
    model.add_argument(
        "--base-url", default=os.environ.get("OPENAI_BASE_URL"), help="else $OPENAI_BASE_URL, else OpenAI"
    )
    model.add_argument("--api-key", default=os.environ.get("OPENAI_API_KEY"), help="else $OPENAI_API_KEY")
    model.add_argument("--prompt-tokens", type=int, default=Engine().prompt_tokens, help="budget of a turn's prompt")
    model.add_argument("--timeout", type=float, default=Engine().timeout_seconds, help="seconds that a reply may take")
    model.add_argument("--price-in", type=float, default=0.0, help="money per million prompt tokens")
    model.add_argument("--price-out", type=float, default=0.0, help="money per million completion tokens")
    played = made.add_argument_group("the played customer's model; what is left out is as for the agent's")
    played.add_argument("--customer-model")
    played.add_argument("--customer-base-url")
    played.add_argument("--customer-api-key")
    trials = made.add_argument_group("trials")
    trials.add_argument("--trials", type=int, default=1, help="how often each task is tried, for pass^k")
    trials.add_argument("--out", type=Path, help="the file of JSON lines; trials that stand in it are not made again")
    return made


def main(arguments: Sequence[str]) -> int:
    """Play, print what came of it, keep it. Returns the exit code."""
    given = parser().parse_args(arguments)
    logging.basicConfig(level=logging.ERROR)
    surroundings = Surroundings()
    try:
        domains = [load(name) for name in given.domain or RULES]
        figures = asyncio.run(_made(given, domains))
    except HandrailError as error:
        print(error, file=sys.stderr)
        return 2
    surroundings.end()
    show(figures, surroundings)
    print(f"kept in {save(f'{PART}-{given.mode}', figures, surroundings)}")
    return 0 if all(figure.holds is not False for figure in figures) else 1


async def _made(given: argparse.Namespace, domains: Sequence[Domain]) -> list[Figure]:
    return await MODES.get(given.mode, _trials)(given, domains)


def chosen(given: argparse.Namespace, domain: Domain) -> tuple[Task, ...]:
    """The tasks that the options name."""
    wanted = given.tasks.split(",") if given.tasks else None
    return tuple(task for task in domain.tasks if wanted is None or task.id in wanted)[: given.limit]


async def _gold(given: argparse.Namespace, domains: Sequence[Domain]) -> list[Figure]:
    played: list[gold.Played] = []
    for domain in domains:
        model = gold.Scripted()
        async with open_business(domain, model) as business:
            for task in chosen(given, domain):
                played.append(one := await gold.play(business, model, task))
                _tell_gold(domain, one, given.show)
    wanted = WANTED if given.wanted is None else given.wanted
    strings = sum(one.judged.wanted for one in played)
    return [
        _share("end state right", [one.judged.database for one in played], wanted),
        Figure(PART, "calls of the solutions", sum(one.calls for one in played), ""),
        Figure(PART, "calls that identity or handover stand for", sum(one.ours for one in played), ""),
        Figure(PART, "calls that our own rules refused", sum(len(one.refused) for one in played), "", most=0),
        Figure(PART, "changes beside the solutions", sum(len(one.more) for one in played), "", most=0),
        Figure(PART, "wanted strings told by the last line", strings - sum(len(one.untold) for one in played), ""),
        Figure(PART, "wanted strings that no call of the solution answers", sum(len(one.unseen) for one in played), ""),
        Figure(PART, "wanted strings", strings, ""),
    ]


async def _offered(given: argparse.Namespace, domains: Sequence[Domain]) -> list[Figure]:
    made: list[Offered] = []
    for domain in domains:
        async with open_business(domain, gold.Scripted()) as business:
            desk = Desk(business, given.prompt_tokens)
            made += [await desk.offered(task) for task in chosen(given, domain)]
    return [
        _share("tools of the solutions picked", [name in one.picked for one in made for name in one.wanted]),
        _share("tools of the solutions in the prompt", [name in one.shown for one in made for name in one.wanted]),
    ]


def _tell_gold(domain: Domain, one: gold.Played, whole: bool) -> None:
    faults = [*(f"did not go through: {call}" for call in one.refused), *(f"not in it: {call}" for call in one.more)]
    faults += [f"not told{', nor looked up' if info in one.unseen else ''}: {info!r}" for info in one.untold]
    right = one.judged.database
    print(f"{domain.name} {one.task.id}: {'right' if right else 'WRONG'} ({one.calls} calls)", *faults, sep="\n    ")
    if whole and not (right and not faults):
        _print(one.lines)


async def _trials(given: argparse.Namespace, domains: Sequence[Domain]) -> list[Figure]:
    out = given.out or RESULTS / f"tau2-{given.mode}-{given.model.replace('/', '_')}.jsonl"
    out.parent.mkdir(parents=True, exist_ok=True)
    kept = [TRIAL.validate_json(row) for row in out.read_text("utf-8").splitlines()] if out.exists() else []
    trials: list[Trial] = []
    for domain in domains:
        wanted = [(task, number) for number in range(1, given.trials + 1) for task in chosen(given, domain)]
        done = {(one.task, one.trial): one for one in kept if one.domain == domain.name}
        trials += [done[task.id, number] for task, number in wanted if (task.id, number) in done]
        left = [(task, number) for task, number in wanted if (task.id, number) not in done]
        if not left:
            continue
        async with open_business(domain, engine=_engine(given)) as business:
            for number, (task, trial) in enumerate(left, 1):
                trials.append(one := await _try(given, business, task, trial))
                with out.open("ab") as file:
                    file.write(TRIAL.dump_json(one) + b"\n")
                _tell(one, f"{number}/{len(left)}", given.show)
    print(f"trials are kept in {out}")
    return _scores(trials, given.trials, given.wanted)


async def _try(given: argparse.Namespace, business: Business, task: Task, trial: int) -> Trial:
    if given.mode == "offline":
        return await play(business, PlainPlayer(), task, trial)
    model = OpenAIModel(_customer(given))
    try:
        player: Player = ModelPlayer(model, business.handrail.settings.business.name)
        return await play(business, player, task, trial)
    finally:
        await model.aclose()


def _engine(given: argparse.Namespace) -> Engine:
    if given.mode == "offline":
        return Engine(kind="offline")
    return _model(given, given.model, given.base_url, given.api_key)


def _customer(given: argparse.Namespace) -> Engine:
    return _model(
        given,
        given.customer_model or given.model,
        given.customer_base_url or given.base_url,
        given.customer_api_key or given.api_key,
    )


def _model(given: argparse.Namespace, name: str, base_url: str | None, key: str | None) -> Engine:
    return Engine(
        kind="openai",
        model=name,
        base_url=base_url,
        api_key=SecretStr(key) if key else None,
        prompt_tokens=given.prompt_tokens,
        timeout_seconds=given.timeout,
        first_token_seconds=given.timeout,
        price_in=given.price_in,
        price_out=given.price_out,
    )


def _tell(one: Trial, progress: str, whole: bool) -> None:
    told = "" if not one.wanted else f", told {one.told}/{one.wanted}"
    print(
        f"{progress} {one.domain} {one.task} trial {one.trial}: {'passed' if one.passed else 'failed'} "
        f"(database {'right' if one.database else 'wrong'}{told}, ended by {one.ended}; {one.turns} turns, "
        f"{one.calls} calls to the model, {one.tokens_in + one.tokens_out} tokens, {one.cost:.4f})"
    )
    if whole and not one.passed:
        _print(one.lines)


def _print(lines: Sequence[tuple[str, str]]) -> None:
    for speaker, text in lines:
        print(f"      {speaker}: {text}")


def _scores(trials: Sequence[Trial], tries: int, wanted: float | None) -> list[Figure]:
    figures = [_share("passed", [one.passed for one in trials], wanted or 0.0)]
    figures.append(_share("database right", [one.database for one in trials]))
    if told := [one.told == one.wanted for one in trials if one.communicates and one.wanted]:
        figures.append(_share("all wanted strings told, where they count", told))
    for k in range(1, tries + 1):
        if (value := pass_hat(tried(trials), k)) is not None:
            figures.append(Figure(PART, f"pass^{k}", 100 * value, "%", samples=len(tried(trials))))
    sums = {
        "assertions in words, unscored": sum(one.unscored for one in trials),
        "ended with a person": sum(one.ended == "handover" for one in trials),
        "prompt tokens": sum(one.tokens_in for one in trials),
        "completion tokens": sum(one.tokens_out for one in trials),
        "tokens of the played customer": sum(one.customer_tokens for one in trials),
        "cost, the customer's with it": round(sum(one.cost + one.customer_cost for one in trials), 4),
    }
    return figures + [Figure(PART, name, value, "", samples=len(trials)) for name, value in sums.items()]


def _share(name: str, right: Sequence[bool], least: float | None = None) -> Figure:
    value = 100 * sum(right) / max(len(right), 1)
    return Figure(PART, name, value, "%", least=None if least is None else 100 * least, samples=len(right))


MODES: Mapping[str, Callable[[argparse.Namespace, Sequence[Domain]], Awaitable[list[Figure]]]] = {
    "gold": _gold,
    "offered": _offered,
}
