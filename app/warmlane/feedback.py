"""What a caller says of an answer that they had: `POST …/cache/feedback` with `{"key": "k_…", "verdict": "wrong"}`.

Wrong: the entry goes, and the two texts are never again answered with each other's answer. Right: nothing changes but
what is learned. What is said twice counts once. A caller reaches no more than what was made with their own key.
"""

import asyncio
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import msgspec

from warmlane import ids
from warmlane.caches import Caches
from warmlane.canonical import Unreadable, read
from warmlane.caught import Caught
from warmlane.errors import BadRequest, NotDone, Unauthenticated
from warmlane.events import Source
from warmlane.keeping import Announce
from warmlane.lanes import Lane
from warmlane.learning import Learning
from warmlane.model import Caller, Value
from warmlane.patience import Patience
from warmlane.providers import Provider
from warmlane.recent import Recent
from warmlane.seal import Callers

MOST: Final = 4096
"""Bytes of a body."""


class Verdict(StrEnum):
    """What may be said of an answer."""

    WRONG = "wrong"
    RIGHT = "right"


class Done(Value, frozen=True, kw_only=True):
    """What came of it: how many entries went, and whether something is known of the pair from now on."""

    evicted: int = 0
    remembered: bool = False


class Feedback:
    """Hears what callers say."""

    def __init__(
        self,
        *,
        lane: Lane,
        callers: Callers,
        caches: Caches,
        caught: Caught,
        learning: Learning,
        recent: Recent,
        patience: float,
        announce: Announce,
    ) -> None:
        """Wait `patience` seconds for the store; `announce` makes other processes forget what they opened."""
        self._lane, self._callers, self._caches, self._caught, self._recent = lane, callers, caches, caught, recent
        self._learning, self._patience, self._announce = learning, Patience(patience), announce

    async def give(self, providers: Sequence[Provider], secret: bytes, body: bytes, call_id: str) -> bytes:
        """Do what `body` says about an answer that `secret` had of one of `providers`; what came of it, as JSON.

        `call_id` is that of the request which says it.

        Raises: Unauthenticated, BadRequest; NotDone, where the store is in trouble.
        """
        callers = self._callers_of(providers, secret)
        hit, verdict = _said(body)
        callers = [caller for caller in callers if hit.is_of(caller)]
        try:
            done = await self._patience.wait(self._do(callers, hit, verdict, call_id))
        except Exception:  # noqa: BLE001 - whatever it was, the caller can only ask again
            msg = "the cache could not do that just now; ask again"
            raise NotDone(msg) from None
        return msgspec.json.encode(done)

    def _callers_of(self, providers: Sequence[Provider], secret: bytes) -> list[Caller]:
        """Who `secret` may be: somebody else at each provider. Where a tenant is shared, no secret is needed."""
        if not secret and not (len(providers) == 1 and providers[0].shared):
            msg = "send the API key with which the answer was asked for"
            raise Unauthenticated(msg)
        return [self._callers.derive(secret, provider.name, self._lane.name) for provider in providers]

    async def _do(self, callers: Sequence[Caller], hit: ids.HitId, verdict: Verdict, call_id: str) -> Done:
        if verdict is Verdict.RIGHT:
            if hit.pair:
                await asyncio.gather(*(self._right(caller, hit, call_id) for caller in callers))
            return Done(remembered=bool(callers and hit.pair))
        if len(callers) > 1:  # an entry's own id does not say at which provider
            callers = [caller for caller in callers if await self._has(caller, hit.entry)]
        evicted = await asyncio.gather(*(self._wrong(caller, hit, call_id) for caller in callers))
        return Done(evicted=sum(evicted), remembered=bool(callers and hit.pair))

    async def _has(self, caller: Caller, key: bytes) -> bool:
        return await self._caches.of(caller).get(caller.tenant, key) is not None

    async def _wrong(self, caller: Caller, hit: ids.HitId, call_id: str) -> int:
        """Mark, then evict; how many entries went."""
        if hit.pair:
            before = await self._caught.verdict(caller, hit.pair)
            await self._caught.mark(caller, hit.entry, hit.pair, hit.score)
            if before is not False:
                self._learn(caller, hit, call_id, same=False)
        evicted = await self._caches.of(caller).delete(caller.tenant, [hit.entry])
        self._recent.forget(caller.tenant, hit.entry)
        await self._announce()
        return evicted

    async def _right(self, caller: Caller, hit: ids.HitId, call_id: str) -> None:
        """Note it, unless something was said before: who called it wrong is not contradicted."""
        if await self._caught.verdict(caller, hit.pair) is None:
            await self._caught.confirm(caller, hit.pair)
            self._learn(caller, hit, call_id, same=True)

    def _learn(self, caller: Caller, hit: ids.HitId, call_id: str, *, same: bool) -> None:
        tenant = caller.tenant.hex()[:8]
        self._learning.learn(hit.score, same=same, source=Source.FEEDBACK, call_id=call_id, tenant=tenant)


def _said(body: bytes) -> tuple[ids.HitId, Verdict]:
    """Of what, and what. Raises: BadRequest."""
    try:
        said = read(body)
    except Unreadable:
        msg = 'the body must be a JSON object such as {"key": "k_…", "verdict": "wrong"}'
        raise BadRequest(msg, param="body") from None
    key, verdict = said.get("key"), said.get("verdict")
    hit = ids.read(key) if isinstance(key, str) else None
    if hit is None:
        msg = "key must be what an answer had as X-Cache-Key"
        raise BadRequest(msg, param="key")
    if not (isinstance(verdict, str) and verdict in set(Verdict)):
        msg = f"verdict must be one of {', '.join(Verdict)}"
        raise BadRequest(msg, param="verdict")
    return hit, Verdict(verdict)
