"""What a dialect can do. Everything here is pure: bytes and values in, bytes and values out."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from warmlane.dialects.items import Items
from warmlane.errors import WarmlaneError
from warmlane.events import NoCache, NotNear
from warmlane.model import JsonObject, Usage, Value


class Ask(Value, frozen=True, kw_only=True, gc=True):
    """What the policy needs to know of a request body.

    `deterministic`: temperature is present and equals 0. `never`: why the request may not be cached whatever the caller
    wants. `not_near`: why it may be matched exactly only. `text` is the last user message's text (None: there is none).
    `keyed` is the part of the body that is in the key, and `cut` takes the text out of it. `streamed` and `wants_usage`
    say how the answer is wanted: as a stream or whole, with a usage chunk or not; `as_array`: the stream as one JSON
    array instead of events. `items`: several things are asked for, and each has an entry of its own (`keyed` is then in
    no key); `alone`: the one thing that is asked for is wanted outside of a list, where a dialect has both.
    """

    model: str
    streamed: bool
    wants_usage: bool
    deterministic: bool
    never: NoCache | None
    not_near: NotNear | None
    text: str | None
    keyed: JsonObject
    cut: Callable[[JsonObject], JsonObject]
    as_array: bool = False
    alone: bool = False
    items: Items | None = None

    @property
    def rest(self) -> JsonObject:
        """`keyed` without the text: two requests with equal `rest` differ at most in `text`.

        Worked out when asked for: an exact hit never asks.
        """
        return self.cut(self.keyed)

    def __repr__(self) -> str:
        """Never the text."""
        return f"Ask({self.model})"


class Finish(Value, frozen=True, kw_only=True):
    """What came of an answer.

    `refuse` says why it may not be stored (None: it may). `exact_only`: it may only answer the very same request (it
    calls
    tools). `model` is the one that answered, "" when it did not say. `ended` False: only the end of the body says that
    the answer is over, so one whose reader has left may not be all of it.
    """

    refuse: NoCache | None
    exact_only: bool
    usage: Usage | None
    model: str
    ended: bool = True


class Whole(Value, frozen=True, kw_only=True, gc=True):
    """A complete answer put together, whatever mode it came in: what it says as one object.

    `said` None: it cannot be read, `why` says what is wrong. `done` False: nothing in it says that it is over.
    """

    said: JsonObject | None
    done: bool = True
    why: NoCache = NoCache.MALFORMED

    def __repr__(self) -> str:
        """Never the answer."""
        return f"Whole(done={self.done})"


UNREADABLE = Whole(said=None, done=False)
"""What bytes are that no answer is written in."""


def refused(why: NoCache) -> Finish:
    """The finish of an answer of which nothing is known but why it may not be kept."""
    return Finish(refuse=why, exact_only=False, usage=None, model="")


class Dialect(Protocol):
    """One wire API of one vendor."""

    name: str
    operation: str
    """The OpenTelemetry `gen_ai.operation.name`."""

    def read(self, body: JsonObject, path: str = "", query: str = "") -> Ask:
        """What `body`, sent to canonical `path` with `query`, asks for; some APIs name the model in the path.

        Never raises: what it does not understand is `NoCache.UNREADABLE`.
        """
        ...

    def resource(self, path: str) -> str:
        """`path` as it is in the key: the same one for all ways to have the same answer, whole or as a stream."""
        ...

    def finish(self, body: bytes, *, streamed: bool) -> Finish:
        """Judge a complete 200 answer, decoded, in either mode. Never raises."""
        ...

    def render(self, body: bytes, *, streamed: bool, ask: Ask) -> bytes | None:
        """A stored answer in the mode that `ask` wants: the same bytes in the same mode, else converted without loss.

        `streamed` is the mode of `body`. None when it cannot be done (a caller wants a usage chunk that nobody
        counted).
        """
        ...

    def content_type(self, ask: Ask) -> bytes:
        """What a stored answer is sent as, in the mode that `ask` wants."""
        ...

    def error(self, error: WarmlaneError) -> tuple[bytes, bytes]:
        """Content type and body of an error of ours, in the vendor's shape."""
        ...


@runtime_checkable
class Assembling(Protocol):
    """A dialect whose answers are texts. What is put together once is judged, counted and compared."""

    def assemble(self, body: bytes, *, streamed: bool) -> Whole:
        """A complete 200 answer, decoded, put together: the dear part of its `finish`. Never raises."""
        ...

    def judge(self, whole: Whole) -> Finish:
        """What came of what `assemble` put together. Never raises."""
        ...
