"""The values that the product is about: frozen, small, picklable, free of behaviour that needs the world.

`Row` is what a store sees (sealed); `Entry` is the same thing opened, which only the ingress ever does.
"""

from collections.abc import AsyncIterable
from typing import Any, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

Vector: TypeAlias = NDArray[np.float32]
"""A unit vector, shape (dim,)."""

Headers: TypeAlias = tuple[tuple[bytes, bytes], ...]
"""Header fields in the order received, names in lower case."""

Json: TypeAlias = Any
"""A value read by `canonical.read`: dict, list, str, int, jiter.LosslessFloat, bool or None."""

JsonObject: TypeAlias = dict[str, Json]


class Value(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Base of the values below: immutable, keyword-only, compared by content."""


class Usage(Value, frozen=True, kw_only=True):
    """Tokens as the provider counted them, or as we did where it said none; None where nobody knows.

    Input has in it what the provider's own prompt cache gave (`cache_read_tokens`) or took (`cache_write_tokens`), and
    output the reasoning that nobody sees. `estimated`: counted here, and the provider's own count may be another.
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    estimated: bool = False


class Call(Value, frozen=True, kw_only=True, gc=True):
    """One client call, routed: what it asks of which provider.

    `body` is the raw bytes for a cacheable endpoint, an iterable of chunks for one that is streamed through.
    `path` starts with a slash and is canonical; `query` has no question mark. Both are as they go upstream. `headers`
    are as
    received. `secret` is the caller's own key, whichever field carried it, or empty; `keyless`: at this provider,
    callers
    without a key share one tenant.
    """

    id: str
    method: str
    provider: str
    base_url: str
    dialect: str | None
    path: str
    query: str
    headers: Headers
    body: bytes | AsyncIterable[bytes]
    secret: bytes = b""
    keyless: bool = False

    def __repr__(self) -> str:
        """Only the id: paths carry keys in their query, headers carry secrets, bodies carry prompts."""
        return f"Call({self.id})"


class Head(Value, frozen=True, kw_only=True):
    """Status and headers of an answer, before its body."""

    status: int
    headers: Headers


class Reply(Value, frozen=True, kw_only=True):
    """A whole answer in memory."""

    status: int
    headers: Headers
    body: bytes


class Caller(Value, frozen=True, kw_only=True):
    """Who calls, derived from the key they sent: a pseudonym, and the keys that seal what is theirs.

    `durable` is False where the key could be guessed: then nothing of theirs is written to a disk.
    """

    tenant: bytes
    index_key: bytes
    entry_key: bytes
    vector_key: bytes
    durable: bool

    def __repr__(self) -> str:
        """Never the keys."""
        return f"Caller({self.tenant.hex()[:8]})"


class Entry(Value, frozen=True, kw_only=True):
    """A stored answer, opened.

    `prompt` is the last user text, kept so that a semantic candidate can be judged; `body` is what the provider sent,
    decoded, in the mode that `streamed` names. Times are seconds since 1970. An entry with `alias` is a signpost: it
    says that the answer is kept under another exact key.
    """

    prompt: str
    body: bytes
    streamed: bool
    content_type: str
    model: str
    usage: Usage | None
    made: float
    expires: float
    exact_only: bool = False
    alias: bytes | None = None

    def __repr__(self) -> str:
        """Never the text."""
        return f"Entry({len(self.body)} bytes, made={self.made:.0f})"


class Row(Value, frozen=True, kw_only=True):
    """What a store keeps: sealed bytes under a tenant and an exact key.

    `tenant`, `key`, `partition` are 16-byte digests; an empty partition or vector means that no semantic lookup may
    find
    the row. `expires` is in whole seconds since 1970 and is authenticated by both seals. `labels` are keyed digests.
    """

    tenant: bytes
    key: bytes
    partition: bytes
    expires: int
    vector: bytes
    answer: bytes
    labels: tuple[bytes, ...] = ()

    @property
    def size(self) -> int:
        """Bytes that count against a quota."""
        return len(self.vector) + len(self.answer) + 16 * (3 + len(self.labels))

    def __repr__(self) -> str:
        """Digests and sizes only."""
        return f"Row({self.tenant.hex()[:8]}/{self.key.hex()[:8]}, {self.size} bytes)"


class Probe(Value, frozen=True, kw_only=True):
    """A semantic lookup: the nearest rows of one tenant's partition with cosine >= `floor`.

    `vector_key` opens the tenant's vectors and nothing else.
    """

    tenant: bytes
    partition: bytes
    vector: Vector
    vector_key: bytes
    floor: float

    def __repr__(self) -> str:
        """Never the vector (it can be inverted) nor the key."""
        return f"Probe({self.tenant.hex()[:8]}/{self.partition.hex()[:8]})"


class Near(Value, frozen=True, kw_only=True):
    """A candidate: a sealed row and the cosine between its vector and the probe's."""

    similarity: float
    row: Row


class Scope(Value, frozen=True, kw_only=True):
    """What to purge: the rows that match every field which is set. At least one must be."""

    tenant: bytes | None = None
    partition: bytes | None = None
    label: bytes | None = None
