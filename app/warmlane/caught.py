"""What was caught wrong, as sealed rows in the caller's own cache: every ingress sees them, and so does the next start.

Of a pair of texts: neither is ever answered with the other's answer again, whichever of the two is kept. Of an entry:
it is not served again for what scores no higher than what it was wrong for. A mark is no answer: nothing leads to its
key, and it has no vector.
"""

import asyncio
from typing import Final

from warmlane.caches import Caches
from warmlane.clock import Clock
from warmlane.keys import caught_key
from warmlane.model import Caller, Entry, Row
from warmlane.seal import open_entry, seal

LIFE: Final = 10 * 365 * 86_400
"""Seconds that a mark lives, unless its caller is purged: ten years. A full store lets go of the least used sooner."""

_PAIR, _ENTRY = b"pair", b"entry"
_WRONG, _RIGHT = b"wrong", b"right"


class Caught:
    """Keeps the marks, and says what they allow."""

    def __init__(self, *, caches: Caches, clock: Clock) -> None:
        """Keep them where the answers are."""
        self._caches, self._clock = caches, clock

    async def allows(self, caller: Caller, entry_key: bytes, pair: bytes, score: float | None) -> bool:
        """Whether the entry may be served to the other text of `pair`, with that score; None: by the same words.

        At most two reads, made at once. Ask it only of what is about to be served. Raises: StageError, Tampered.
        """
        if score is None:
            return await self.verdict(caller, pair) is not False
        known, worst = await asyncio.gather(self.verdict(caller, pair), self._worst(caller, entry_key))
        return known is not False and (worst is None or score > worst)

    async def verdict(self, caller: Caller, pair: bytes) -> bool | None:
        """What was said of a pair: True, the answer of one does for the other; False, it does not; None, nothing yet.

        Raises: StageError, Tampered.
        """
        entry = await self._get(caller, caught_key(caller, _PAIR, pair))
        return None if entry is None else entry.body == _RIGHT

    async def mark(self, caller: Caller, entry_key: bytes, pair: bytes | None, score: float | None) -> None:
        """Remember that the entry was wrong for the other text of `pair`, at `score`; None: that is not known.

        Marking twice is fine; of two scores the higher one stays. Raises: StageError, Tampered.
        """
        marks = [] if pair is None else [self._put(caller, caught_key(caller, _PAIR, pair), _WRONG)]
        if score is not None:
            marks.append(self._worsen(caller, entry_key, score))
        await asyncio.gather(*marks)

    async def confirm(self, caller: Caller, pair: bytes) -> None:
        """Remember that the answer was right: for nothing but to count that once. Raises: StageError."""
        await self._put(caller, caught_key(caller, _PAIR, pair), _RIGHT)

    async def _worst(self, caller: Caller, entry_key: bytes) -> float | None:
        """The highest score at which the entry was wrong."""
        entry = await self._get(caller, caught_key(caller, _ENTRY, entry_key))
        return None if entry is None else float(entry.body)

    async def _worsen(self, caller: Caller, entry_key: bytes, score: float) -> None:
        worst = await self._worst(caller, entry_key)
        if worst is None or score > worst:
            await self._put(caller, caught_key(caller, _ENTRY, entry_key), repr(float(score)).encode())

    async def _get(self, caller: Caller, key: bytes) -> Entry | None:
        row: Row | None = await self._caches.of(caller).get(caller.tenant, key)
        return None if row is None else open_entry(caller, row)

    async def _put(self, caller: Caller, key: bytes, said: bytes) -> None:
        now = self._clock.now()
        entry = Entry(
            prompt="",
            body=said,
            streamed=False,
            content_type="",
            model="",
            usage=None,
            made=now,
            expires=now + LIFE,
            exact_only=True,
        )
        await self._caches.of(caller).put(seal(caller, key, entry))
