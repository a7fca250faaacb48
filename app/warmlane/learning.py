"""What was learnt of how right semantic hits are, and the score that follows from it.

Counts by score, for the lane, pooled over all processes and restarts: they are kept as one sealed row, under a caller
that nobody can be. Each process adds what it saw since it last did. Two that do so in the same moment may lose one
another's seconds: of counts that is no harm. Without a store it goes on with what it knows.
"""

import hmac
from hashlib import blake2b
from typing import Final

import msgspec

from warmlane.caches import Caches
from warmlane.clock import Clock
from warmlane.events import Source
from warmlane.match.bound import Estimate, Prior, Tally, bin_of, estimate, needed
from warmlane.model import Caller, Entry
from warmlane.patience import Patience
from warmlane.report import Reporter
from warmlane.seal import Tampered, derive, open_entry, seal

LIFE: Final = 10 * 365 * 86_400
"""Seconds that the row lives after it was last written: ten years."""

_FEW: Final = 32  # lookups until what is needed is worked out anew; a label says as much as so many
_LITTLE: Final = 0.02  # of the labels, or the lookups, that are known: what it takes later, when one more changes less
_KINDS: Final = 64  # bounds for which it is remembered: callers may name any

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Tally)


class Learning:
    """Counts, and says which score is needed."""

    def __init__(
        self,
        *,
        prior: Prior,
        scale: str,
        bound: float,
        lane: str,
        caches: Caches,
        pepper: bytes,
        patience: float,
        reporter: Reporter,
        clock: Clock,
    ) -> None:
        """Start from `prior`, for scores of one `scale`: those of another scorer are other numbers, and kept apart.

        `bound` is the lane's own, which the estimate is about; `pepper` is what nobody else knows. The store has
        `patience` seconds.
        """
        self._prior, self._bound, self._caches = prior, bound, caches
        self._patience, self._reporter, self._clock = Patience(patience), reporter, clock
        self._caller = system(pepper, lane)
        self._key = blake2b(b"tally|" + scale.encode(), key=self._caller.index_key, digest_size=16).digest()
        self._known, self._fresh = Tally(), Tally()
        self._needed: dict[float, float] = {}
        self._since, self._enough = 0.0, float(_FEW)

    def needed(self, bound: float) -> float:
        """The score from which at most the share `bound` of semantic hits is wrong. Cheap: mostly remembered."""
        said = self._needed.get(bound)
        if said is None:
            if len(self._needed) >= _KINDS:
                self._needed.clear()
            said = self._needed[bound] = needed(self._prior, self._tally, bound)
        return said

    def estimate(self) -> Estimate:
        """How wrong semantic hits are likely to be, where callers take what the lane gives."""
        return estimate(self._prior, self._tally, self.needed(self._bound))

    @property
    def lookups(self) -> float:
        """How many were counted, of those that memory still holds."""
        return self._tally.lookups

    def saw(self, score: float | None, *, normalised: bool = False) -> None:
        """Count a lookup: a hit by the same words, or the score of the best candidate that no veto spoke against."""
        if normalised:
            self._fresh.normal += 1
        elif score is not None:
            self._fresh.seen[bin_of(score)] += 1
        self._grew(1)

    def learn(self, score: float | None, *, same: bool, source: Source, call_id: str = "", tenant: str = "") -> None:
        """Count whether an answer with that score was right, and tell; `tenant` is the caller's pseudonym.

        `score` None: the words were the same, and there is nothing to count. Who complains of answers does not tell how
        many were right, so of feedback only complaints count.
        """
        self._reporter.verdict(call_id, tenant, score=score, same=same, source=source)
        if score is None:
            return
        at = bin_of(score)
        if source is Source.FEEDBACK:
            self._fresh.reported[at] += not same
        elif same:
            self._fresh.right[at] += 1
        else:
            self._fresh.wrong[at] += 1
        self._grew(_FEW)

    async def share(self) -> None:
        """Add what was learnt here to what is kept, and take over what others did; tell what follows.

        Raises: StageError, TimeoutError.
        """
        fresh, self._fresh = self._fresh, Tally()
        try:
            self._known = await self._patience.wait(self._pooled(fresh))
        except BaseException:
            self._fresh = fresh.plus(self._fresh)
            raise
        self._changed()
        self._reporter.estimated(self.estimate(), self.needed(self._bound))

    @property
    def _tally(self) -> Tally:
        return self._known.plus(self._fresh)

    def _grew(self, by: int) -> None:
        """Forget what is needed, once enough came to it: to work it out takes 0.3 ms, which a call waits for."""
        self._since += by
        if self._since >= self._enough:
            self._changed()

    def _changed(self) -> None:
        self._needed.clear()
        tally = self._tally
        self._since, self._enough = 0.0, max(_FEW, _LITTLE * _FEW * tally.labels, _LITTLE * tally.lookups)

    async def _pooled(self, fresh: Tally) -> Tally:
        """All that is known now; kept, where this process has something to add."""
        kept = await self._kept()
        pooled = (kept or self._known).plus(fresh).aged()
        if fresh != Tally() or (kept is None and pooled != Tally()):
            now = self._clock.now()
            entry = Entry(
                prompt="", body=_encoder.encode(pooled), streamed=False, content_type="", model="", usage=None,
                made=now, expires=now + LIFE, exact_only=True,
            )  # fmt: skip
            await self._caches.of(self._caller).put(seal(self._caller, self._key, entry))
        return pooled

    async def _kept(self) -> Tally | None:
        """What is kept; None where there is nothing that can be read, which another version may have written."""
        row = await self._caches.of(self._caller).get(self._caller.tenant, self._key)
        if row is None:
            return None
        try:
            tally = _decoder.decode(open_entry(self._caller, row).body)
        except (Tampered, msgspec.DecodeError):
            return None
        return tally if tally.is_sound() else None


def system(pepper: bytes, lane: str) -> Caller:
    """The gateway itself, as a caller of its own cache: its secret follows from the pepper and is sent by nobody."""
    return derive(pepper, hmac.digest(pepper, b"learning", "sha256"), "warmlane", lane, durable=True)
