"""What the span of a call says: OpenTelemetry's GenAI conventions, and our own words. Ids, names and numbers only."""

from collections.abc import Mapping
from typing import TypeAlias

from warmlane.model import Usage
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
    told.update(_used(trip.usage))
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
    told.update(_used(entry.usage))
    return told


def _used(usage: Usage | None) -> Attributes:
    if usage is None:
        return {}
    told: dict[str, str | int | float | bool] = {
        "gen_ai.usage.input_tokens": usage.input_tokens or 0,
        "gen_ai.usage.output_tokens": usage.output_tokens or 0,
    }
    if usage.cache_read_tokens is not None:
        told["gen_ai.usage.cache_read.input_tokens"] = usage.cache_read_tokens
    if usage.cache_write_tokens is not None:
        told["gen_ai.usage.cache_creation.input_tokens"] = usage.cache_write_tokens
    if usage.estimated:
        told["warmlane.estimated"] = True
    return told
