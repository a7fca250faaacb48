"""One call on its way through the gateway: what was read and planned, and what has become of it so far."""

import msgspec

from warmlane.batch import Batch
from warmlane.controls import Controls
from warmlane.dialects.base import Ask, Dialect
from warmlane.errors import WarmlaneError
from warmlane.events import NoCache, NotNear, Outcome, Stage
from warmlane.keys import Asked
from warmlane.match.bound import Estimate
from warmlane.match.facts import Facts
from warmlane.match.judge import Weighed
from warmlane.model import Call, Caller, Entry, Usage, Value, Vector
from warmlane.policy import Plan
from warmlane.recent import Kept


class Found(Value, frozen=True, kw_only=True):
    """An answer the cache had. `body` is in the mode that the caller asked for.

    `pair` is the key of the two texts where another one led to it, and `score` what it scored where meaning did.
    """

    outcome: Outcome
    kept: Kept
    key: bytes
    body: bytes
    pair: bytes = b""
    score: float | None = None

    def __repr__(self) -> str:
        """Never the text."""
        return f"Found({self.outcome}, {len(self.body)} bytes)"


class Neighbour(Value, frozen=True, kw_only=True):
    """A kept answer that was near, and how it was judged. `key` is its exact key."""

    key: bytes
    entry: Entry
    weighed: Weighed


class Trip(msgspec.Struct, kw_only=True):
    """Mutable, and held by one task. Times are seconds; `started` is on the monotonic clock.

    A call for several things has a `batch` of keys, and no `key`. `hides_usage`: the provider was asked for a usage
    chunk that the caller is not to see. `neighbours` are the kept answers that were near, the likeliest first, and
    `needed` the score that was asked of them; `similarity` and `score` are those of the first, or of what was served.
    `estimate` is there for who debugs.
    """

    call: Call
    dialect: Dialect | None
    ask: Ask | None
    caller: Caller | None
    controls: Controls
    plan: Plan
    started: float
    at: float
    asked: Asked | None = None
    key: bytes = b""
    batch: Batch | None = None
    error: WarmlaneError | None = None

    outcome: Outcome = Outcome.BYPASS
    not_near: NotNear | None = None
    similarity: float | None = None
    score: float | None = None
    needed: float | None = None
    gate: str | None = None
    estimate: Estimate | None = None
    neighbours: tuple[Neighbour, ...] = ()
    facts: Facts | None = None
    normal_key: bytes | None = None
    partition: bytes = b""
    vector: Vector | None = None
    failed: Stage | None = None
    must_prove: bool = False

    lookup_took: float | None = None
    embed_took: float | None = None
    upstream_took: float | None = None

    begun: bool = False
    hides_usage: bool = False
    status: int = 0
    first_byte: float | None = None
    took: float | None = None
    complete: bool = False
    usage: Usage | None = None
    answered_by: str = ""
    size: int = 0

    @property
    def tenant(self) -> str:
        """The caller's pseudonym as events carry it."""
        return "" if self.caller is None else self.caller.tenant.hex()[:8]

    @property
    def model(self) -> str:
        """The model asked for, or an empty string."""
        return "" if self.ask is None else self.ask.model

    @property
    def text(self) -> str:
        """The last user text; only asked for where there is one."""
        return (self.ask.text if self.ask is not None else None) or ""

    @property
    def why(self) -> NoCache | None:
        """Why the cache was not asked, or could not answer."""
        if self.failed is not None:
            return NoCache.STAGE_FAILED
        return getattr(self.plan, "why", None)


class Repeat(Value, frozen=True, kw_only=True, gc=True):
    """What it takes to answer the very same bytes again, and to tell of it: nothing that the caller sent.

    `lasting` are the header lines that do not change with time, ready for the wire.
    """

    found: Found
    lasting: bytes
    controls: Controls
    tenant: bytes
    pseudonym: str
    provider: str
    dialect: str
    operation: str
    model: str
    streamed: bool
