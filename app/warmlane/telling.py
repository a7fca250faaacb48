"""What the span of a call says: OpenTelemetry's GenAI conventions, and our own words. Ids, names and numbers only."""

from collections.abc import Mapping
from typing import TypeAlias

from warmlane.trip import Repeat, Trip

Attributes: TypeAlias = Mapping[str, str | int | float | bool]
"""An empty text is not set."""


def attributes(trip: Trip) -> Attributes:
    """Of a call that is over."""
    told: dict[str, str | int | float | bool] = {
        "gen_ai.operation.name": "" if trip.dialect is None else trip.dialect.operation,
        "gen_ai.provider.name": trip.call.provider,
        "gen_ai.request.model": trip.model,
        "gen_ai.response.model": trip.answered_by,
        "http.response.status_code": trip.status,
        "warmlane.outcome": trip.outcome,
        "warmlane.why": trip.why or "",
        "warmlane.complete": trip.complete,
    }
    if trip.similarity is not None:
        told["warmlane.similarity"] = trip.similarity
    if trip.usage is not None:
        told["gen_ai.usage.input_tokens"] = trip.usage.input_tokens or 0
        told["gen_ai.usage.output_tokens"] = trip.usage.output_tokens or 0
    return told


def attributes_of_repeat(repeat: Repeat) -> Attributes:
    """Of a hit that recent memory gave."""
    entry = repeat.found.kept.entry
    told: dict[str, str | int | float | bool] = {
        "gen_ai.operation.name": repeat.operation,
        "gen_ai.provider.name": repeat.provider,
        "gen_ai.request.model": repeat.model,
        "gen_ai.response.model": entry.model,
        "http.response.status_code": 200,
        "warmlane.outcome": repeat.found.outcome,
        "warmlane.complete": True,
    }
    if entry.usage is not None:
        told["gen_ai.usage.input_tokens"] = entry.usage.input_tokens or 0
        told["gen_ai.usage.output_tokens"] = entry.usage.output_tokens or 0
    return told
