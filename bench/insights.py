"""What figures cost a turn, and how long they take to read: `python -m bench insights [--contacts N]`.

Two conversations take turns in turn, one over a log with the tables of figures and one without, so that whatever else
the machine does strikes both alike. Then contacts of a year are put into the tables, and figures are read.
"""

import argparse
import asyncio
import time
from statistics import median, quantiles
from typing import LiteralString

from bench.shop import settings
from handrail.agent.parts import PROJECTIONS, open_log
from handrail.conversation import events as e
from handrail.conversation.log import Log
from handrail.conversation.settings import Settings
from handrail.desk.figures.chosen import By
from handrail.desk.figures.contacts import ContactsTable
from handrail.desk.figures.escalations import EscalationsTable
from handrail.desk.figures.insights import Figures
from handrail.desk.figures.unanswered import UnansweredTable

TABLES = (ContactsTable, EscalationsTable, UnansweredTable)
TURNS, WARM, TIMES = 400, 20, 4
RULE = e.Citation(policy="returns", version="2", title="Returns", passage="returns@2#1")

CONTACTS: LiteralString = """
INSERT INTO contacts (conversation_id, seq, channel, trial, began_at, seen_seq, customer_ref, first_reply_at,
    last_reply_at, ended_at, closed, intent, weight, policies, department, escalated, handled, acted, settled, score,
    outcome, tags, turns, model_calls, tokens_in, tokens_out, cost)
SELECT 'c' || n, 2, (ARRAY['chat', 'email', 'widget'])[1 + n %% 3], false, at, 20,
    CASE WHEN n %% 3 = 0 THEN 'r' || n %% 20000 END, at + interval '3 s', at + interval '1 min', at + interval '1 h',
    'idle', 'policy/p' || n %% 40, 1, ARRAY['p' || n %% 40 || '@2'], CASE WHEN n %% 7 = 0 THEN 'general' ELSE '' END,
    n %% 7 = 0, n %% 8 = 0, 0, n %% 5 = 0, CASE WHEN n %% 9 = 0 THEN 1 + n %% 5 END, 'answered', '{}', 2, 2, 1800, 100,
    0.001
FROM generate_series(1, %(n)s) n, LATERAL (SELECT now() - (n %% 364) * interval '1 day' - interval '2 h') t(at)
"""
ESCALATIONS: LiteralString = """
INSERT INTO escalations (conversation_id, seq, contact, reason, triggers, department, mode, urgency, asked_at,
    claimed_at, answered_at, ended_at, ended)
SELECT conversation_id, 10, 2, 'upset', '{sentiment/frustrated,stuck/repeat}', 'general', 'live', 'normal',
    began_at + interval '1 min', began_at + interval '3 min', began_at + interval '4 min', began_at + interval '14 min',
    'wrapped_up'
FROM contacts WHERE escalated AND conversation_id LIKE 'c%%'
"""


async def main(contacts: int) -> None:
    """Measure both and print them."""
    with settings() as own:
        async with open_log(own) as log:
            await _turns(log)
            await _reading(log, own, contacts)


async def _turns(log: Log) -> None:
    kept = [each for each in PROJECTIONS if not isinstance(each, TABLES)]
    without = Log(log.database, log.vault, log.clock, kept, bell=log.bell)
    talks = [
        (each, (await each.open(e.Opened())).conversation_id, list[tuple[float, float]]()) for each in (without, log)
    ]
    for number in range(WARM + TURNS):
        for each, talk, took in talks:
            taken = await _turn(each, talk, number)
            if number >= WARM:
                took.append(taken)
    for name, (_, _, took) in zip(("without", "with"), talks, strict=True):
        wall, cpu = [t[0] for t in took], [t[1] for t in took]
        tenth = quantiles(wall, n=10)
        print(f"last append of a turn {name} figures: {median(cpu):.2f} ms of processor time; ", end="")
        print(f"p10 {tenth[0]:.2f} ms, p50 {median(wall):.2f} ms, p90 {tenth[-1]:.2f} ms")


async def _turn(log: Log, talk: str, number: int) -> tuple[float, float]:
    """A turn as it stands on the log; milliseconds of its last append, and of processor time."""
    said, *_ = await log.append(talk, "customer", e.CustomerSaid(text="How long may I keep it?"))
    turn = f"t{number}"
    found = (e.Finding(check="sentiment", name="score", score=0.5),) * 4
    checked = e.Checked(turn_id=turn, direction="inbound", subject=said.seq, findings=found)
    await log.append(talk, "bot", e.TurnStarted(turn_id=turn, upto=said.seq, engine="x"), checked)
    last = e.Checked(turn_id=turn, direction="outbound", subject=1)
    line = e.BotSaid(turn_id=turn, reply_id=turn, part=1, text="30 days.", citations=(RULE,), engine="x")
    ended = e.TurnEnded(turn_id=turn, reply_id=turn, upto=said.seq, outcome="answered", engine="x")
    began, spent = time.perf_counter(), time.process_time()
    await log.append(talk, "bot", last, line, ended)
    return 1000 * (time.perf_counter() - began), 1000 * (time.process_time() - spent)


async def _reading(log: Log, own: Settings, contacts: int) -> None:
    async with log.database.connection() as connection:
        await connection.execute(CONTACTS, {"n": contacts})
        await connection.execute(ESCALATIONS, {})
        for table in ("contacts", "escalations"):
            await connection.execute(f"ANALYZE {table}")
    figures = Figures(log.database, log.clock, own)
    splits: tuple[By | None, ...] = (None, "day", "intent", "policy")
    for days in (28, 365):
        for by in splits:
            took = []
            for _ in range(TIMES):
                began = time.perf_counter()
                found = await figures.read(figures.lately(days), by)
                took.append(time.perf_counter() - began)
            what = f"{days} days {f'by {by}' if by else 'as a whole'}"
            print(f"{what}: {min(took):.2f} s at best, {median(took):.2f} s at the median; ", end="")
            print(f"{found.total.contacts} of {contacts} contacts, {found.total.handoffs} handoffs")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=200_000)
    asyncio.run(main(parser.parse_args().contacts))
