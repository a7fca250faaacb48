"""What a call used, where its provider does not say: asked for beforehand, or counted afterwards.

Only an answer that its reader has in full is counted. What is counted here is told in events and kept with the answer;
no caller ever gets it as if the provider had said it.
"""

from warmlane.dialects import openai_usage
from warmlane.dialects.speaking import SPOKEN
from warmlane.encodings import encoding_of
from warmlane.events import Stage
from warmlane.lanes import Lane
from warmlane.model import JsonObject, Usage
from warmlane.patience import Patience
from warmlane.ports import Tokens
from warmlane.report import Reporter
from warmlane.trip import Trip

ASKABLE = frozenset({"openai_chat", "openai_completions"})
"""Dialects whose streams say what they used only to who asks."""


class Metering:
    """Sees to it that what calls used is known."""

    def __init__(self, *, lane: Lane, tokens: Tokens, patience: float, reporter: Reporter) -> None:
        """Count with `tokens`, which has `patience` seconds for a call, as `lane` wants it."""
        self._lane, self._tokens, self._reporter = lane, tokens, reporter
        self._patience = Patience(patience)

    def asking(self, trip: Trip) -> bytes | None:
        """The body that asks for usage too; None: the lane does not want that, the caller does, or it comes anyway."""
        ask, body = trip.ask, trip.call.body
        if not self._lane.ask_usage or ask is None or not ask.streamed or ask.wants_usage:
            return None
        if trip.dialect is None or trip.dialect.name not in ASKABLE or not isinstance(body, bytes):
            return None
        return openai_usage.asking(body)

    async def count(self, trip: Trip, answer: JsonObject | None, *, model: str) -> Usage | None:
        """What was used for `answer`, put together, by `model`; None: that cannot be told. Never raises."""
        speak = None if trip.dialect is None else SPOKEN.get(trip.dialect.name)
        if not self._lane.count_usage or speak is None or trip.ask is None or answer is None:
            return None
        said = speak(trip.ask, answer)
        if said is None:
            return None
        encoding = encoding_of(model or trip.ask.model)
        try:
            counts = await self._patience.wait(self._tokens.count((*said.asked, *said.answered), encoding.name))
        except Exception as error:  # noqa: BLE001 - nobody waits for a number
            self._reporter.stage_failed(trip, Stage.COUNT, error)
            return None
        asked = len(said.asked)
        return Usage(
            input_tokens=said.framing + sum(counts[:asked]),
            output_tokens=sum(counts[asked:]),
            estimated=not (said.plain and encoding.exact),
        )
