"""A flood: `python -m bench flood [--arrivals 500] [--seconds 60]`.

So many customers come to the sample business within a minute and ask for a person; four people are on, who take what
they can and answer. Each customer is followed as a client follows a conversation: told is when the first word for them
was on the log, and whether they were told place and wait. Every check is on; the agent runs in this process, with all
that goes on beside conversations.
"""

import argparse
import asyncio
import contextlib
import logging
import sys
import time
from collections.abc import Sequence
from datetime import time as clock_time
from random import Random

from bench import shop
from bench.figures import Figure, Surroundings, quantile, save, show
from bench.shop import Customer
from handrail.agent.bootstrap import Handrail
from handrail.conversation.errors import Conflict
from handrail.conversation.events import WaitTold
from handrail.conversation.sections import Hours
from handrail.conversation.settings import Settings
from handrail.desk.staff import Staff

PEOPLE = tuple(Staff(f"p{n}", f"Person {n}", capacity=3) for n in range(4))
LINES = (
    "I want to talk to a person", "Can I speak to a human please?", "Get me a real person, my tent arrived torn.",
    "I need an agent. My order never came.", "representative!!", "Please let me talk to somebody from your team",
)  # fmt: skip


async def measure(arrivals: int, seconds: float) -> list[Figure]:
    """Flood the shop, and see that nobody is left without an answer."""
    with shop.settings() as settings:
        async with shop.open_shop(on=around_the_clock(settings)) as handrail:
            for person in PEOPLE:
                await handrail.presence.beat(person)
            await (await Customer.come(handrail)).say("Do you open on Sundays?")
            working = [asyncio.create_task(work(handrail, person)) for person in PEOPLE]
            started, spent = time.perf_counter(), time.process_time()
            waits = await asyncio.gather(*(arrive(handrail, n, n * seconds / arrivals) for n in range(arrivals)))
            whole, spent = time.perf_counter() - started, time.process_time() - spent
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)
            told = await handed_over(handrail)
    answered = [wait for wait in waits if wait is not None]
    return [
        Figure("flood", "unanswered", arrivals - len(answered), "", most=0),
        Figure("flood", "without a place and a wait", arrivals - told, "", most=0),
        Figure("flood", "to the first word, p50", quantile(answered, 0.5), "s"),
        Figure("flood", "to the first word, p95", quantile(answered, 0.95), "s"),
        Figure("flood", "to the first word, longest", max(answered), "s"),
        Figure("flood", "all of it", whole, "s"),
        Figure("flood", "of processor a customer", 1000 * spent / arrivals, "ms"),
    ]


def around_the_clock(settings: Settings) -> Settings:
    """The same desk, open at any hour and on any day: the flood comes when it is run."""
    always = dict.fromkeys(
        ("mon", "tue", "wed", "thu", "fri", "sat", "sun"), Hours(opens=clock_time(), closes=clock_time())
    )
    departments = {
        code: department.model_copy(update={"hours": always}) for code, department in settings.desk.departments.items()
    }
    desk = settings.desk.model_copy(update={"departments": departments, "country": None, "subdivision": None})
    return settings.model_copy(update={"desk": desk})


async def arrive(handrail: Handrail, number: int, at: float) -> float | None:
    """Come at a moment, ask for a person, and wait for the first word; how long it took, None where none came."""
    await asyncio.sleep(at)
    began = time.perf_counter()
    customer = await Customer.come(handrail)
    with contextlib.suppress(TimeoutError):
        heard = await customer.say(LINES[number % len(LINES)])
        return heard.first - began if heard.first is not None else None
    return None


async def work(handrail: Handrail, person: Staff) -> None:
    """Take the next one, answer, and wrap it up, until cancelled."""
    random = Random(person.id)
    while True:
        await handrail.presence.beat(person)
        with contextlib.suppress(Conflict):
            taken = await handrail.desk.picking.next(person)
            if taken is not None:
                await asyncio.sleep(random.uniform(1, 4))
                await handrail.desk.say(taken.conversation_id, person, "I'm here, one moment.")
                await handrail.desk.wrap_up(taken.conversation_id, person, "resolved")
        await asyncio.sleep(random.uniform(0.2, 0.8))


async def handed_over(handrail: Handrail) -> int:
    """How many conversations were told a wait."""
    query = "SELECT count(DISTINCT conversation_id) AS told FROM events WHERE kind = %s"
    async with handrail.database.connection() as connection:
        row = await (await connection.execute(query, [WaitTold.kind])).fetchone()
    return int(row["told"]) if row else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table; 1 where somebody got no answer."""
    parser = argparse.ArgumentParser(prog="python -m bench flood")
    parser.add_argument("--arrivals", type=int, default=500, help="customers (500)")
    parser.add_argument("--seconds", type=float, default=60, help="within so many seconds (60)")
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.ERROR)
    surroundings = Surroundings()
    figures = asyncio.run(measure(chosen.arrivals, chosen.seconds))
    surroundings.end()
    show(figures, surroundings)
    print(f"kept in {save('flood', figures, surroundings)}")
    return 0 if all(figure.holds is not False for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
