"""What the domain needs of the world, as protocols. Local objects and remote actors implement them alike.

Every port has `ping` (raises StageError when it cannot serve) and `aclose` (idempotent; lets go of files and threads).
"""

from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from warmlane.events import Event
from warmlane.model import Call, Head, Near, Probe, Row, Scope, Vector


class Port(Protocol):
    """What every port can do."""

    async def ping(self) -> None:
        """Return when the real thing works. Raises: StageError."""
        ...

    async def aclose(self) -> None:
        """Let go of everything; calling it twice is fine."""
        ...


class Store(Port, Protocol):
    """Remembers sealed rows by tenant and exact key.

    Ordering: after put returns, get sees that row or a later one, never a mix.
    Idempotence: put replaces; deleting a missing key counts 0.
    Expiry: get never returns a row past its `expires`.
    Durability: where the store has a disk, put returns when the row would survive a kill.
    Quota: a store may evict the least recently used rows.
    Raises: StageError only, which becomes StageFailed and a miss.
    """

    async def get(self, tenant: bytes, key: bytes, /) -> Row | None:
        """The live row under `key`, or None."""
        ...

    async def put(self, row: Row, /) -> None:
        """Keep `row`, in place of any under its key."""
        ...

    async def delete(self, tenant: bytes, keys: Collection[bytes], /) -> int:
        """Forget these; how many there were."""
        ...

    async def purge(self, scope: Scope, /) -> int:
        """Forget every row in `scope`; how many there were. Raises: ValueError for an empty scope."""
        ...


class Scannable(Protocol):
    """The optional power to list a tenant's rows that have a vector, which an index is rebuilt from."""

    def scan(self, tenant: bytes, /) -> AsyncIterator[Sequence[Row]]:
        """Batches of live rows with a vector, each row once, in no order. `answer` and `labels` may be left empty.

        Rows put or deleted while the scan runs may or may not be in it. Raises: StageError.
        """
        ...


class NearStore(Port, Protocol):
    """Finds rows by meaning.

    Nearest first, same tenant and partition only, cosine >= the probe's floor; an expired or deleted row is never
    returned. May answer with less than there is while an index is being rebuilt. Raises: StageError only.
    """

    async def near(self, probe: Probe, limit: int, /) -> Sequence[Near]:
        """At most `limit` candidates, sealed."""
        ...


class Cache(Store, NearStore, Protocol):
    """A store that also finds by meaning."""


class Embedder(Port, Protocol):
    """Turns texts into unit vectors. Vectors of embedders that differ in `name` or `dim` never meet.

    Raises: StageError, also while it is still loading.
    """

    name: str
    dim: int
    window: int

    def fits(self, text: str, /) -> bool:
        """Whether the whole text is read: at most `window` tokens, special ones included."""
        ...

    @property
    def ready(self) -> bool:
        """Whether embed would serve now."""
        ...

    async def embed(self, texts: Sequence[str], /) -> Sequence[Vector]:
        """One unit vector of shape (dim,) per text, in order."""
        ...


class Forwarder(Port, Protocol):
    """Sends a call to its provider.

    First item is the Head, then body chunks as they come, still encoded as the provider sent them. Closing the iterator
    cancels the call upstream. No retry, no redirect. Raises: UpstreamError, before the Head (nothing was answered) or
    after
    it (the answer broke off).
    """

    def forward(self, call: Call, /) -> AsyncGenerator[Head | bytes, None]:
        """Start the call."""
        ...


class Counters(Port, Protocol):
    """Numbers that many processes agree on, by name: 64 bits, signed.

    A number starts anywhere and is lost with its keeper: only that it changes means something. Raises: StageError only.
    """

    async def add(self, name: str, amount: int, /) -> int:
        """Add `amount`; the number after it."""
        ...

    async def read(self, name: str, /) -> int:
        """The number now."""
        ...


class Tokens(Port, Protocol):
    """Counts tokens offline. Many at once may wait for each other. Raises: StageError only."""

    async def count(self, texts: Sequence[str], encoding: str, /) -> Sequence[int]:
        """Tokens of each of `texts` in `encoding`, in order. The first of an encoding takes longer."""
        ...


class Verifier(Port, Protocol):
    """Says whether two questions want the same answer: slower and dearer than the gates, so never on a call's path.

    Many at once may wait for each other, or be turned away. Raises: StageError only, also where it came to no verdict.
    """

    async def same(self, a: str, b: str, /) -> float:
        """The probability, 0 to 1, that one answer is right for both."""
        ...


class Outlet(Protocol):
    """Where an answer goes. Waits while the client is slow to read."""

    async def send(self, item: Head | bytes, /) -> None:
        """First the Head, then pieces of the body."""
        ...

    async def whole(self, head: Head, body: bytes, /) -> None:
        """All of the answer at once."""
        ...


class Sink(Protocol):
    """Consumes events, in batches, in order. Whatever it raises is logged by type and dropped."""

    async def accept(self, events: Sequence[Event], /) -> None:
        """Take a batch."""
        ...


class Span(Protocol):
    """A stage of a trace that is under way."""

    @property
    def is_recording(self) -> bool:
        """Whether anybody will see what is set."""
        ...

    def set(self, attributes: Mapping[str, str | int | float | bool], /) -> None:
        """Add attributes: ids and numbers, never text of a caller."""
        ...

    def inject(self) -> Mapping[bytes, bytes]:
        """Headers that make a next hop this span's child (W3C Trace Context); empty where nothing is traced."""
        ...


class Tracer(Protocol):
    """Makes spans. The span in force in a task is the parent of the next one there."""

    def span(
        self, name: str, /, *, parent: bytes | None = None, links: Sequence[bytes] = ()
    ) -> AbstractContextManager[Span]:
        """Open span `name`; `parent` is an incoming `traceparent`, for the first span of a call.

        `links` are the `traceparent`s of others on whose behalf it works too.
        """
        ...

    def inject(self) -> Mapping[bytes, bytes]:
        """The same as the inject of the span in force here; empty where there is none."""
        ...
