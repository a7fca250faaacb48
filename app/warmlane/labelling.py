"""Free labels: what a fresh answer says about the kept one that nearly was served in its place.

A miss that had a near candidate has paid for the truth about it. After the last byte has left, the two answers are
compared; the verdict goes to the counts by score, and a wrong candidate is not served again for what scores no higher.
"""

import math
from typing import Final

import numpy as np

from warmlane.caught import Caught
from warmlane.dialects.base import Ask, Assembling, Dialect
from warmlane.dialects.speaking import SPOKEN
from warmlane.events import Outcome, Source, Stage
from warmlane.learning import Learning
from warmlane.match.answers import BEGINNING, Answers, is_short
from warmlane.match.bound import Estimate
from warmlane.match.judge import Gate
from warmlane.model import Entry, Json, JsonObject
from warmlane.patience import Patience
from warmlane.ports import Embedder
from warmlane.report import Reporter
from warmlane.trip import Neighbour, Trip

_LENGTHS: Final = (BEGINNING, BEGINNING // 2, BEGINNING // 4)
"""Characters of a beginning: the first of these that the embedder reads."""

_SILENT: Final = frozenset({"instructions", "metadata", "reasoning", "reasoning_content", "thinking", "tools"})
_THOUGHTS: Final = frozenset({"reasoning", "thinking", "redacted_thinking"})
"""What of an answer is not for its reader: the request said again, and thoughts, which never are the same twice."""


class Labelling:
    """Compares answers, and has it learnt what that says."""

    def __init__(
        self,
        *,
        learning: Learning,
        caught: Caught,
        embedder: Embedder,
        answers: Answers,
        patience: float,
        reporter: Reporter,
    ) -> None:
        """Take who counts, who remembers pairs, and what compares; the embedder has `patience` seconds."""
        self._learning, self._caught, self._embedder, self._answers = learning, caught, embedder, answers
        self._patience, self._reporter = Patience(patience), reporter

    def estimate(self) -> Estimate:
        """How wrong semantic hits are likely to be, by all that was learnt."""
        return self._learning.estimate()

    def note(self, trip: Trip) -> None:
        """Count what the lookup of a call found, however it ended. Exact hits and bypasses have nothing to count."""
        if trip.outcome is Outcome.NORMALISED:
            self._learning.saw(None, normalised=True)
        elif trip.neighbours and _is_close(trip.neighbours[0]):
            self._learning.saw(trip.neighbours[0].weighed.score)

    async def missed(self, trip: Trip, fresh: JsonObject | None) -> bool:
        """Learn from `fresh`, the complete answer to a miss, put together; whether that said anything. Never raises."""
        best = trip.neighbours[0] if trip.neighbours else None
        # What was caught already is known; to say so again would count it twice.
        if best is None or fresh is None or not _is_close(best) or trip.gate == Gate.CAUGHT:
            return False
        return await self.compare(trip, best, fresh, Source.FREE)

    async def compare(self, trip: Trip, kept: Neighbour, fresh: JsonObject, source: Source) -> bool:
        """Learn from `fresh` whether `kept` was right for this call; False: that cannot be told. Never raises."""
        try:
            same = await self._patience.wait(self._same(trip, kept.entry, fresh))
            if same is None:
                return False
            self._learning.learn(kept.weighed.score, same=same, source=source, call_id=trip.call.id, tenant=trip.tenant)
            if not same and trip.caller is not None and trip.asked is not None:
                pair = trip.asked.pair_key(trip.text, kept.entry.prompt)
                await self._patience.wait(self._caught.mark(trip.caller, kept.key, pair, kept.weighed.score))
        except Exception as error:  # noqa: BLE001 - the call is over, and nobody waits for this
            self._reporter.stage_failed(trip, Stage.LEARN, error)
            return False
        return True

    async def _same(self, trip: Trip, kept: Entry, fresh: JsonObject) -> bool | None:
        if trip.dialect is None or trip.ask is None or kept.exact_only:
            return None
        before = _put_together(trip.dialect, kept)
        one, other = _text(trip.dialect, trip.ask, fresh), _text(trip.dialect, trip.ask, before)
        if not one or not other:
            return None
        said = self._answers.by_words(one, other)
        if said is not None or is_short(one) or is_short(other):
            return said
        return await self._by_meaning(one, other)

    async def _by_meaning(self, one: str, other: str) -> bool | None:
        fits = self._embedder.fits
        length = next((size for size in _LENGTHS if fits(one[:size]) and fits(other[:size])), None)
        if length is None or not self._embedder.ready:
            return None
        a, b = await self._embedder.embed([one[:length], other[:length]])
        cosine = float(np.dot(a, b)) if a.shape == b.shape else math.nan
        return self._answers.by_meaning(one[:length], other[:length], cosine)


def _is_close(near: Neighbour) -> bool:
    """Whether it is near enough, and no veto speaks against it: then only its score decides."""
    return near.weighed.gate not in {Gate.THRESHOLD, Gate.VETO}


def _put_together(dialect: Dialect, entry: Entry) -> JsonObject | None:
    if not isinstance(dialect, Assembling):
        return None
    return dialect.assemble(entry.body, streamed=entry.streamed).said


def _text(dialect: Dialect, ask: Ask, answer: JsonObject | None) -> str:
    """What `answer` says to its reader; empty where that cannot be told."""
    speak = SPOKEN.get(dialect.name)
    if speak is None or answer is None:
        return ""
    said = speak(ask, _shown(answer))
    return "" if said is None else "\n".join(said.answered)


def _shown(value: Json) -> Json:
    if isinstance(value, list):
        return [_shown(each) for each in value if not _is_thought(each)]
    if isinstance(value, dict):
        return {name: _shown(each) for name, each in value.items() if name not in _SILENT}
    return value


def _is_thought(value: Json) -> bool:
    return isinstance(value, dict) and (value.get("thought") is True or value.get("type") in _THOUGHTS)
