"""The line to one operation of a foreign system: circuit, time, retries, and what comes back checked."""

import asyncio
import logging
import random
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from handrail.agent.sources.circuit import Circuit
from handrail.agent.sources.schema import checker
from handrail.agent.tools.api import Refusal
from handrail.agent.tools.offer import Misfit, Offer, Sending, Undone
from handrail.conversation.errors import SettingsError

RETRIES = 2
FIRST_PAUSE = 0.2
"""Seconds before the first retry; doubled for the next, each times a chance between 0.5 and 1.5."""
SHARE = 0.5
"""Of the time that is left, what a call gets that may be made again."""
OURS = ("no_connection", "unavailable", "busy")
"""Codes of `Undone` that another try may mend."""
HALVES = re.compile("[\ud800-\udfff]")
"""What is left of a letter that a system has cut in two, as those do that count in UTF-16."""

log = logging.getLogger("handrail.sources")


class Line:
    """Makes the calls of one offer. Only what reads or is idempotent is ever sent twice."""

    def __init__(
        self,
        offer: Offer,
        circuit: Circuit,
        *,
        again: bool,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.offer, self._circuit, self._again = offer, circuit, again
        self._pause, self._chance, self._timer = pause, chance, timer
        try:
            self._check = checker(offer.result) if offer.result is not None else None
        except ValueError as error:
            raise SettingsError(
                f"{offer.name}: what it says it returns can't be used: {error}; checked = false passes it over"
            ) from error

    async def call(self, arguments: Mapping[str, Any], sending: Sending) -> Any:
        """Make the call, within `sending.seconds` in all. Raises as `Send` says, and `Misfit` for a result that is
        not what the system says it returns."""
        if not self._circuit.enter():
            raise Undone("circuit_open", "the system has failed too often and is left alone for a moment")
        try:
            told = await self._tried(arguments, sending)
        except Refusal:
            self._circuit.succeeded()
            raise
        except Undone as undone:
            # It answered, be it with a no to this very call.
            (self._circuit.failed if undone.code in OURS else self._circuit.succeeded)()
            raise
        except asyncio.CancelledError:
            self._circuit.left()
            raise
        except Exception:
            self._circuit.failed()
            raise
        self._circuit.succeeded()
        return told

    async def _tried(self, arguments: Mapping[str, Any], sending: Sending) -> Any:
        until = self._timer() + sending.seconds
        doubt = False
        for retry in range(RETRIES + 1):
            last = not self._again or retry == RETRIES
            left = until - self._timer()
            try:
                return await self._once(arguments, sending, left if last else left * SHARE)
            except (Refusal, Undone, TimeoutError, OSError) as error:
                certain = isinstance(error, Refusal | Undone)
                doubt = doubt or (self.offer.effect == "write" and not certain)
                pause = self._pause_after(error, retry)
                if last or pause is None or pause >= until - self._timer():
                    if doubt and certain:
                        # It says that this try was not done, and can't speak for the one before.
                        raise TimeoutError("an earlier try may have been carried out") from error
                    raise
                await self._pause(pause)
        raise AssertionError("the last try returns or raises")

    def _pause_after(self, error: Exception, retry: int) -> float | None:
        """How long to wait before the next try; None where another would come to the same."""
        if isinstance(error, Refusal) or (isinstance(error, Undone) and error.code not in OURS):
            return None
        pause: float = FIRST_PAUSE * 2**retry * (0.5 + self._chance())
        least: float = (error.retry_after or 0.0) if isinstance(error, Undone) else 0.0
        return max(pause, least)

    async def _once(self, arguments: Mapping[str, Any], sending: Sending, seconds: float) -> Any:
        async with asyncio.timeout(max(seconds, 0.0)):
            told = _sound(await self.offer.send(arguments, Sending(seconds, sending.key, sending.deadline)))
        if self._check is not None and (wrong := self._check(told)):
            raise Misfit(
                f"{self.offer.name} returned what it should not: {wrong} "
                "(where the answer is right and what the system says of it is not, set checked = false)"
            )
        return told


def _sound(told: Any) -> Any:
    """A result with the sign for a letter that can't be read in place of half letters, which no log could keep."""
    if isinstance(told, str):
        return HALVES.sub("\ufffd", told)
    if isinstance(told, list):
        return [_sound(part) for part in told]
    return {_sound(name): _sound(part) for name, part in told.items()} if isinstance(told, dict) else told
