"""A request for several things at once, each with an entry of its own.

Which are known, which are asked for, and how one answer is made of both.

Equal ones are asked for once. Where nothing is known and all differ, the request goes out as it came and its answer
comes back as it is; only else is anything put together.
"""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from warmlane.dialects.base import Finish
from warmlane.dialects.items import Items, Parts
from warmlane.events import NoCache
from warmlane.model import Entry, Usage, Value


class Known(Value, frozen=True, kw_only=True, gc=True):
    """What the cache has of one item: an entry that may be given, and the answer in it."""

    entry: Entry
    parts: Parts


Single: TypeAlias = tuple[int, bytes, Usage | None]
"""Which of the keys, the answer to it alone, its share of the usage."""


class Batch:
    """Mutable, and held by the trip."""

    def __init__(self, items: Items, keys: Sequence[bytes]) -> None:
        """Know nothing yet; `keys` are the exact keys of the items, in order."""
        at: dict[bytes, int] = {}
        self._items = items
        self._places = [at.setdefault(key, len(at)) for key in keys]
        self._first = {number: place for place, number in reversed(list(enumerate(self._places)))}
        self._as_it_came = False
        self.keys = list(at)
        """Each once."""
        self.known: dict[int, Known] = {}
        """By its number in `keys`."""
        self.fresh: Parts | None = None
        """What the provider said, where that can be kept."""

    @property
    def is_known(self) -> bool:
        """Whether nothing need be asked for."""
        return len(self.known) == len(self.keys)

    @property
    def asks_less(self) -> bool:
        """Whether the provider is asked for less than the caller asked for."""
        return not self._as_it_came and (bool(self.known) or len(self.keys) < len(self._places))

    @property
    def share(self) -> str:
        """How many of those asked for were known."""
        return f"{sum(number in self.known for number in self._places)}/{len(self._places)}"

    def agree(self) -> None:
        """Forget what another model said than the one that spoke last: its vectors are not to be compared."""
        if self.known:
            newest = max(self.known.values(), key=lambda one: one.entry.made).entry.model
            self.known = {number: one for number, one in self.known.items() if one.entry.model == newest}

    def forget(self) -> None:
        """Know nothing, and ask for everything as it came: what was said last does not go with what was known."""
        self.known, self.fresh, self._as_it_came = {}, None, True

    def narrowed(self, body: bytes) -> bytes:
        """The request for what is not known, each once."""
        return self._items.way.narrowed(body, [self._first[number] for number in self._missing()])

    def finish(self, body: bytes, *, streamed: bool) -> Finish:
        """Judge what the provider said to what it was asked; `fresh` is that, if it is good."""
        parts = None if streamed else self._items.way.apart(body)
        if parts is None:
            return Finish(refuse=NoCache.MALFORMED, exact_only=True, usage=None, model="")
        good = len(parts.each) == len(self._asked())
        self.fresh = parts if good else None
        refuse = None if good else NoCache.MALFORMED
        return Finish(refuse=refuse, exact_only=True, usage=parts.usage, model=parts.model)

    def answer(self) -> bytes | None:
        """One answer to everything, of what is known and what came; None: they are of different models."""
        numbers, parts = list(self.known), [one.parts for one in self.known.values()]
        if self.fresh is not None:
            if any(one.entry.model != self.fresh.model for one in self.known.values()):
                return None
            numbers += self._missing()
            parts.append(self.fresh)
        at = {number: place for place, number in enumerate(numbers)}
        return self._items.way.joined(parts, [at[number] for number in self._places])

    def entry(self, body: bytes) -> Entry:
        """What is known as one entry, of the age of its oldest part: of an answer that needs no provider."""
        entries = [one.entry for one in self.known.values()]
        counts = [entry.usage.input_tokens for entry in entries if entry.usage is not None]
        tokens = [number for number in counts if number is not None]
        return Entry(
            prompt="",
            body=body,
            streamed=False,
            content_type=entries[0].content_type,
            model=entries[0].model,
            usage=Usage(input_tokens=sum(tokens)) if len(tokens) == len(entries) else None,
            made=min(entry.made for entry in entries),
            expires=min(entry.expires for entry in entries),
            exact_only=True,
        )

    def texts(self) -> list[str | int]:
        """What was asked of the provider, for its tokens to be counted: texts, or their number."""
        return [self._items.texts[self._first[number]] for number in self._asked()]

    def singles(self, weights: Sequence[int]) -> Iterator[Single]:
        """What came, as answers to one each, one at a time; `weights` are of `texts`."""
        assert self.fresh is not None
        seen: set[int] = set()
        for number, (body, usage) in zip(self._asked(), self._items.way.singles(self.fresh, weights), strict=True):
            if number not in seen:
                seen.add(number)
                yield number, body, usage

    def _missing(self) -> list[int]:
        return [number for number in range(len(self.keys)) if number not in self.known]

    def _asked(self) -> list[int]:
        """The numbers of what the provider was asked for, in order."""
        return self._missing() if self.asks_less else self._places
