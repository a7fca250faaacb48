"""A second opinion on near misses: after the answer has left, and only where the gates were not sure.

A pair that the verifier approves is promoted: its score counts as right from now on, so that less is needed for such
pairs; and where no answer of its own was kept, a signpost leads from the new question to the kept answer. A pair that
it rejects is marked, and never served.
"""

from collections.abc import Awaitable
from typing import Final, Protocol

from warmlane.caught import Caught
from warmlane.events import NoCache, Source, Stage
from warmlane.learning import Learning
from warmlane.match.judge import Gate
from warmlane.model import Caller, Value
from warmlane.policy import Look
from warmlane.ports import Verifier
from warmlane.report import Reporter
from warmlane.trip import Trip

POINTED: Final = frozenset({
    NoCache.STATUS, NoCache.ENCODED, NoCache.INCOMPLETE, NoCache.SIZE, NoCache.EMPTY, NoCache.MALFORMED,
    NoCache.CLIENT_LEFT,
})  # fmt: skip
"""Why no answer was kept, where a signpost to another one helps: not where the caller wants nothing kept, nor where the
provider did answer, and refused."""


class Points(Protocol):
    """What puts up signposts."""

    def point(self, caller: Caller, key: bytes, to: bytes, expires: float) -> Awaitable[None]:
        """Lead from `key` to the answer under `to`, until that expires. Raises: StageError."""
        ...


class Band(Value, frozen=True, kw_only=True):
    """Which scores are worth asking about, `low` among them; from which probability on a pair is approved."""

    low: float = 0.5
    high: float = 1.0
    approves_at: float = 0.5


class Case(Value, frozen=True, kw_only=True):
    """A pair to be judged, and all that is done afterwards: the call itself is over and let go of.

    `key` is that of the kept answer, which `expires`; `sign` that of the signpost, None where there is to be none.
    """

    call_id: str
    pseudonym: str
    caller: Caller
    asked: str
    kept: str
    score: float
    pair: bytes
    key: bytes
    expires: float
    sign: bytes | None

    def __repr__(self) -> str:
        """Never the texts."""
        return f"Case({self.call_id})"


class Verifying:
    """Asks the verifier, and does what follows."""

    def __init__(
        self, *, verifier: Verifier, band: Band, caught: Caught, points: Points, learning: Learning, reporter: Reporter
    ) -> None:
        """Ask `verifier` about scores in `band`."""
        self._verifier, self._band, self._caught, self._points = verifier, band, caught, points
        self._learning, self._reporter = learning, reporter

    def case(self, trip: Trip, why: NoCache | None) -> Case | None:
        """What there is to judge after `trip`, whose answer was not kept for `why`, None: it was. Mostly nothing."""
        if trip.gate != Gate.SCORE or not trip.neighbours or trip.caller is None or trip.asked is None:
            return None
        best = trip.neighbours[0]
        weighed, entry = best.weighed, best.entry
        if weighed.gate is not Gate.SCORE or not self._band.low <= weighed.score < self._band.high:
            return None
        keeps = isinstance(trip.plan, Look) and trip.plan.write
        return Case(
            call_id=trip.call.id,
            pseudonym=trip.tenant,
            caller=trip.caller,
            asked=trip.text,
            kept=entry.prompt,
            score=weighed.score,
            pair=trip.asked.pair_key(trip.text, entry.prompt),
            key=best.key,
            expires=entry.expires,
            sign=trip.normal_key if keeps and why in POINTED else None,
        )

    async def judge(self, case: Case) -> None:
        """Ask, and do what follows. Never raises: where there is no verdict, an event."""
        try:
            same = await self._verifier.same(case.asked, case.kept) >= self._band.approves_at
            self._learning.learn(
                case.score, same=same, source=Source.VERIFIER, call_id=case.call_id, tenant=case.pseudonym
            )
            if not same:
                await self._caught.mark(case.caller, case.key, case.pair, case.score)
            elif case.sign is not None:
                await self._points.point(case.caller, case.sign, case.key, case.expires)
        except Exception as error:  # noqa: BLE001 - the call is over, and its answer was right
            self._reporter.failed_later(case.call_id, case.pseudonym, Stage.VERIFY, error)
