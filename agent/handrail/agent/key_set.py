"""The set of keys that the company's own site publishes (JWKS): fetched, kept for a while, renewed as keys rotate."""

import asyncio
import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

from handrail.agent.published import SECONDS, read_published
from handrail.agent.site_keys import SiteKey, keys_of
from handrail.conversation.clock import Clock
from handrail.conversation.errors import Unavailable

FRESH_SECONDS = (60, 600, 3600)
"""For how long a set is fresh: at least, where the site does not say (`Cache-Control: max-age`), and at most."""

EARLY = 0.8
"""After this share of its time a set is renewed beside the requests, so that none of them waits."""

PAUSE = timedelta(seconds=10)
"""The least time between two fetches, whatever names of keys are asked for."""

MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,10})", re.IGNORECASE)
log = logging.getLogger("handrail.identity")


@dataclass(frozen=True, slots=True)
class _Kept:
    keys: Mapping[str, SiteKey]
    early_at: datetime
    old_at: datetime


class KeySet:
    """The newest set that could be fetched. One that got old serves for `stale` more while no newer one comes."""

    def __init__(
        self, url: str, clock: Clock, stale: timedelta, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.url = url
        self._clock, self._stale, self._transport = clock, stale, transport
        self._kept: _Kept | None = None
        self._tried_at: datetime | None = None
        self._failed = False
        self._one = asyncio.Lock()
        self._renewing: asyncio.Task[None] | None = None

    async def key(self, kid: str) -> SiteKey | None:
        """The key of this name; None where the site has none, or none any more.

        A name that is not in the set is looked for in a new one. Raises `Unavailable` while it can't be told.
        """
        now = self._clock.now()
        if self._kept is None or now >= self._kept.old_at or kid not in self._kept.keys:
            await self._renew()
        elif now >= self._kept.early_at and self._renewing is None:
            self._renewing = asyncio.create_task(self._renew(), name="identity: renew the keys of the site")
            self._renewing.add_done_callback(self._renewed)
        kept = self._kept
        if kept is None or now >= kept.old_at + self._stale:
            raise Unavailable("the keys of the site can't be fetched", code="site_keys")
        if kid not in kept.keys and self._failed:
            raise Unavailable("whether the site has this key can't be told now", code="site_keys")
        return kept.keys.get(kid)

    async def fetch(self) -> Mapping[str, SiteKey]:
        """Fetch the set now, whatever is kept. Raises `Unavailable`, which says what went wrong."""
        self._tried_at = now = self._clock.now()
        try:
            async with asyncio.timeout(SECONDS):
                content, cache_control = await read_published(self.url, self._transport)
            keys = keys_of(json.loads(content))
        except TimeoutError as error:
            raise Unavailable(f"{self.url} did not answer within {SECONDS:g} s", code="site_keys") from error
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError) as error:
            told = str(error) or type(error).__name__
            raise Unavailable(f"{self.url} gives no keys: {told}", code="site_keys") from error
        # A set without a key is one: the site has taken all of them back.
        fresh = _freshness(cache_control)
        self._kept = _Kept(keys, now + EARLY * fresh, now + fresh)
        return keys

    async def close(self) -> None:
        """Wait for the fetch that is under way."""
        if self._renewing is not None:
            await self._renewing

    async def _renew(self) -> None:
        """Fetch a newer set, unless that was tried a moment ago; of many who ask at once, one fetches for all."""
        async with self._one:
            if self._tried_at is not None and self._clock.now() - self._tried_at < PAUSE:
                return
            try:
                await self.fetch()
                self._failed = False
            except Unavailable as error:
                self._failed = True
                log.warning("%s", error)

    def _renewed(self, _: "asyncio.Task[None]") -> None:
        self._renewing = None


def _freshness(cache_control: str) -> timedelta:
    least, usual, most = FRESH_SECONDS
    told = MAX_AGE.search(cache_control)
    seconds = int(told[1]) if told else least if "no-" in cache_control.lower() else usual
    return timedelta(seconds=min(max(seconds, least), most))
