"""Callers who go on whatever happens, and what became of each of their calls."""

import asyncio
import itertools
import json
import random
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

_OK = 200
_PATIENCE = aiohttp.ClientTimeout(total=30)


@dataclass(frozen=True, slots=True)
class Told:
    """One call that is over; times are of the loop's clock. `status` 0: no whole answer came, and `why` says so."""

    base: str
    begun: float
    ended: float
    status: int
    cache: str
    why: str = ""

    @property
    def is_well(self) -> bool:
        """Whether the caller got what they asked for."""
        return self.status == _OK


@dataclass(slots=True)
class Traffic:
    """`rate` calls a second in all, in turns to each of `bases`, asking one of `questions` things, one in four new."""

    bases: Sequence[str]
    rate: float = 100.0
    questions: int = 40
    exact: bool = True
    key: str = field(default_factory=lambda: "sk-" + secrets.token_hex(24), repr=False)
    told: list[Told] = field(default_factory=list)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    @asynccontextmanager
    async def flowing(self) -> AsyncIterator["Traffic"]:
        """Call from now on; on the way out, wait for the answers."""
        async with aiohttp.ClientSession(timeout=_PATIENCE, connector=aiohttp.TCPConnector(limit=0)) as session:
            calls: set[asyncio.Task[None]] = set()
            ticking = asyncio.get_running_loop().create_task(self._tick(session, calls))
            try:
                yield self
            finally:
                ticking.cancel()
                await asyncio.gather(ticking, *calls, return_exceptions=True)

    async def more(self, count: int, within: float = 60) -> Sequence[Told]:
        """The next `count` calls that end."""
        seen = len(self.told)
        async with asyncio.timeout(within), self._news:
            await self._news.wait_for(lambda: len(self.told) >= seen + count)
        return self.told[seen : seen + count]

    async def until_hits(self, share: float, of: int = 50, within: float = 30) -> float:
        """Seconds until `share` of the last `of` calls that asked again were hits."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        async with asyncio.timeout(within), self._news:
            await self._news.wait_for(lambda: self._is_warm(begun, share, of))
        return loop.time() - begun

    @property
    def failed(self) -> Sequence[Told]:
        """The calls that got no good answer."""
        return [each for each in self.told if not each.is_well]

    def _is_warm(self, since: float, share: float, of: int) -> bool:
        again = [each for each in self.told if each.begun >= since and each.cache != "new"][-of:]
        return len(again) == of and sum("HIT" in each.cache for each in again) >= share * of

    async def _tick(self, session: aiohttp.ClientSession, calls: "set[asyncio.Task[None]]") -> None:
        loop = asyncio.get_running_loop()
        for due in itertools.count(loop.time(), 1 / self.rate):
            ripe = asyncio.Event()
            loop.call_at(due, ripe.set)
            await ripe.wait()
            task = loop.create_task(self._call(session, next(self._numbers)))
            calls.add(task)
            task.add_done_callback(calls.discard)

    async def _call(self, session: aiohttp.ClientSession, number: int) -> None:
        base = self.bases[number % len(self.bases)]
        is_new = number % 4 == 0
        topic = f"new {number}" if is_new else f"old {random.randrange(self.questions)}"
        loop = asyncio.get_running_loop()
        begun, status, cache, why = loop.time(), 0, "", ""
        try:
            async with session.post(
                f"{base}/demo/v1/chat/completions",
                data=asked(topic, exact=self.exact),
                headers={"authorization": f"Bearer {self.key}", "content-type": "application/json"},
            ) as answer:
                body = await answer.read()
                status, cache = answer.status, answer.headers.get("x-cache", "")
                why = "" if status == _OK else body.decode(errors="replace")[:300]
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            why = type(error).__name__
        async with self._news:
            self.told.append(Told(base, begun, loop.time(), status, "new" if is_new else cache, why))
            self._news.notify_all()


def asked(topic: str, *, stream: bool = False, exact: bool = True) -> bytes:
    """A deterministic chat request about `topic`, matched exactly or by meaning too."""
    return json.dumps(
        {
            "model": "demo",
            "temperature": 0,
            "stream": stream,
            "messages": [{"role": "user", "content": f"Please tell me all about {topic}."}],
            "cache": {"type": "exact_match" if exact else "auto"},
        }
    ).encode()
