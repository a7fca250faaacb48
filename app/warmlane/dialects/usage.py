"""What an answer says that it used, in each API's own words.

Totals are what OpenTelemetry and genai-prices mean by them: input with what the provider's own prompt cache gave or
took, output with reasoning that nobody sees. Vendors differ in what they count apart, and that is all there is to know
here. `genai_prices.extract_usage` says the same and the tests hold each row against it; it is not asked at run time,
because its import takes 0.3 s and 30 MB and brings a second HTTP client, and a call of it 30 microseconds.
"""

from typing import Final, TypeAlias

from warmlane.dialects.values import count
from warmlane.model import Json, Usage, Value

Path: TypeAlias = tuple[str, ...]


class Words(Value, frozen=True, kw_only=True, gc=True):
    """Where one API's `usage` says what; several places are added up. `total` is set where it can tell of more.

    Some who speak OpenAI's API count hidden reasoning in the total only (xAI, Gemini).
    """

    input: tuple[Path, ...]
    output: tuple[Path, ...] = ()
    cache_read: tuple[Path, ...] = ()
    cache_write: tuple[Path, ...] = ()
    total: Path | None = None


CHAT: Final = Words(
    input=(("prompt_tokens",),),
    output=(("completion_tokens",),),
    cache_read=(("prompt_tokens_details", "cached_tokens"),),
    cache_write=(("prompt_tokens_details", "cache_write_tokens"),),
    total=("total_tokens",),
)
"""OpenAI's chat completions and completions."""

RESPONSES: Final = Words(
    input=(("input_tokens",),),
    output=(("output_tokens",),),
    cache_read=(("input_tokens_details", "cached_tokens"),),
    cache_write=(("input_tokens_details", "cache_write_tokens"),),
)
"""OpenAI's responses."""

EMBEDDINGS: Final = Words(input=(("prompt_tokens",),))
"""OpenAI's embeddings: nothing is written."""

MESSAGES: Final = Words(
    input=(("input_tokens",), ("cache_creation_input_tokens",), ("cache_read_input_tokens",)),
    output=(("output_tokens",),),
    cache_read=(("cache_read_input_tokens",),),
    cache_write=(("cache_creation_input_tokens",),),
)
"""Anthropic's messages: what its cache gave or took is counted apart."""

GENERATE: Final = Words(
    input=(("promptTokenCount",), ("toolUsePromptTokenCount",)),
    output=(("candidatesTokenCount",), ("thoughtsTokenCount",)),
    cache_read=(("cachedContentTokenCount",),),
)
"""Google's `usageMetadata`: thoughts are counted apart."""


def read(usage: Json, words: Words) -> Usage | None:
    """What `usage` says in `words`; None where it says nothing. Never raises."""
    if not isinstance(usage, dict):
        return None
    put_in, put_out = _sum(usage, words.input), _sum(usage, words.output)
    if put_in is None and put_out is None:
        return None
    if words.total is not None and put_in is not None and put_out is not None:
        put_out = max(put_out, (_at(usage, words.total) or 0) - put_in)
    return Usage(
        input_tokens=put_in,
        output_tokens=put_out,
        cache_read_tokens=_sum(usage, words.cache_read),
        cache_write_tokens=_sum(usage, words.cache_write),
    )


def _sum(usage: Json, paths: tuple[Path, ...]) -> int | None:
    """The sum of what is said at `paths`; None where nothing is."""
    said = [number for path in paths if (number := _at(usage, path)) is not None]
    return sum(said) if said else None


def _at(value: Json, path: Path) -> int | None:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return count(value)
