"""Requests for several things at once, each of which has an entry of its own. Pure, like all of a dialect."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol, TypeAlias

import msgspec

from warmlane.model import Json, JsonObject, Usage, Value

Members: TypeAlias = Mapping[str, msgspec.Raw]
"""An object whose values are as their sender wrote them, unread."""


class Parts(Value, frozen=True, kw_only=True, gc=True):
    """An answer taken apart.

    `each` is what it says of each item, in the order in which they were asked for; `frame` are the members of the whole
    answer, in theirs. `counted` is the usage as it was sent, None where it was not.
    """

    frame: Members
    each: tuple[Members, ...]
    counted: Json
    model: str
    usage: Usage | None

    def __repr__(self) -> str:
        """Never the content."""
        return f"Parts({len(self.each)})"


class Itemised(Protocol):
    """How a dialect asks for several things at once, and answers so."""

    def narrowed(self, body: bytes, wanted: Sequence[int]) -> bytes:
        """`body`, a request that was read strictly, for the items at these places only.

        Every value is left as it was sent; the space between them goes.
        """
        ...

    def apart(self, body: bytes) -> Parts | None:
        """A whole answer in its parts; None where it is none that can be kept. Never raises."""
        ...

    def joined(self, parts: Sequence[Parts], places: Sequence[int], *, alone: bool = False) -> bytes:
        """One answer made of several, whose usage is their sum.

        `places` says for each thing asked for which it is, counted over all parts in order. `alone`: asked for outside
        of a list.
        """
        ...

    def singles(self, parts: Parts, weights: Sequence[int]) -> Iterator[tuple[bytes, Usage | None]]:
        """For each item, the answer to it alone, and its share of the usage in proportion to its weight.

        One at a time: to write them all would hold up other callers.
        """
        ...


class Items(Value, frozen=True, kw_only=True, gc=True):
    """The things asked for.

    `each` is what is in the key of each, as if it was asked for alone; `texts` is what its tokens are counted from, or
    their number.
    """

    each: tuple[JsonObject, ...]
    texts: tuple[str | int, ...]
    way: Itemised

    def __repr__(self) -> str:
        """Never the text."""
        return f"Items({len(self.each)})"
