"""What happened, said once by the stage it happened in.

An event is frozen, past tense, and holds ids and numbers: never a prompt, an answer or a key. Its docstring is its row
in `docs/reference/events.md`.
"""

from enum import StrEnum

import msgspec

from warmlane.model import Usage


class Outcome(StrEnum):
    """What the cache said: metric label, log word and docs row."""

    EXACT = "exact"  # the same request was answered before
    NORMALISED = "normalised"  # the same but for case, spacing, politeness
    NEAR = "near"  # one that means the same was answered before
    MISS = "miss"  # the provider was asked
    BYPASS = "bypass"  # the cache was not asked


class NoCache(StrEnum):
    """Why nothing was looked up, or nothing kept: metric label, log word and docs row."""

    OFF = "off"  # the lane or the caller said so
    NO_STORE = "no_store"  # the caller wants nothing kept
    ENDPOINT = "endpoint"  # this path or method is streamed through, never cached
    CREDENTIAL = "credential"  # there is no key to derive a tenant from
    UNREADABLE = "unreadable"  # not strict JSON: duplicate keys, NaN, too deep, not an object
    TEMPERATURE = "temperature"  # not 0, and nobody opted in
    CHOICES = "choices"  # n, best_of above 1
    SERVER_STATE = "server_state"  # store: true, or it leans on what the provider keeps
    HOSTED_TOOLS = "hosted_tools"  # web search and its like look at the world
    MEDIA = "media"  # audio or images come out
    STATUS = "status"  # the provider did not answer 200
    ENCODED = "encoded"  # the answer came in an encoding we do not read
    INCOMPLETE = "incomplete"  # the terminal marker never came
    NOT_FINAL = "not_final"  # cut by length, filter or refusal
    EMPTY = "empty"  # an answer without content
    MALFORMED = "malformed"  # an answer that does not parse, or an error inside a 200
    SIZE = "size"  # over the limit for one entry
    CLIENT_LEFT = "client_left"  # the caller hung up before the end
    STAGE_FAILED = "stage_failed"  # the cache is in trouble; the call went on


class NotNear(StrEnum):
    """Why a request is matched exactly only: debug word and docs row."""

    MODE = "mode"  # the lane or the caller wants exact matches
    BOUND = "bound"  # no wrong answer at all is taken, which nobody can promise of near ones
    TEXT = "text"  # there is no last user text
    MEDIA = "media"  # an image, audio or file part
    TOOLS = "tools"  # tools are in play
    WINDOW = "window"  # longer than the embedder reads
    TIME = "time"  # the wording asks about now
    PERSONAL = "personal"  # it holds personal data: an address, a card, a number
    WARMING = "warming"  # the embedder is still loading


class Refused(StrEnum):
    """Why a call got an error of ours: metric label, log word, `code` in the body, docs row."""

    BAD_REQUEST = "bad_request"
    NO_KEY = "no_key"
    UNKNOWN_ROUTE = "unknown_route"
    SLOW_REQUEST = "slow_request"
    TOO_LARGE = "too_large"
    HEADERS_TOO_LARGE = "headers_too_large"
    UNREACHABLE = "upstream_unreachable"
    OVERLOADED = "gateway_overloaded"
    UPSTREAM_TIMEOUT = "upstream_timeout"
    NOT_CACHED = "not_cached"
    NOT_DONE = "not_done"
    INTERNAL = "internal"  # a failure of ours that no other word names


class Stage(StrEnum):
    """A part of the path that may fail without failing the call; also the names of its spans."""

    LOOKUP = "lookup"  # asking for the same request, or the same words
    EMBED = "embed"  # turning the question into a vector
    NEAR = "near"  # asking for one that means the same
    STORE = "store"  # keeping the answer
    COUNT = "count"  # counting tokens that the provider did not count
    LEARN = "learn"  # comparing answers, and keeping what that taught
    VERIFY = "verify"  # asking a judge about a near miss, after the answer has left


class Source(StrEnum):
    """How it became known whether an answer was right: metric label and docs row."""

    FREE = "free"  # a miss had a near candidate, whose answer was compared with the fresh one
    SHADOW = "shadow"  # what was served was asked for again
    FEEDBACK = "feedback"  # the caller said so
    VERIFIER = "verifier"  # a second model said so


class Event(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Fields of every event.

    The call's id, seconds since 1970, the lane's name, the tenant's pseudonym (8 hex digits, or empty).
    """

    call_id: str
    at: float
    lane: str = "default"
    tenant: str = ""


class CallArrived(Event, frozen=True, kw_only=True):
    """A call was routed.

    Once per call, before anything else. `model` is the name asked for, or "" where the body is not read.
    """

    provider: str
    dialect: str
    model: str
    streamed: bool


class CallRefused(Event, frozen=True, kw_only=True):
    """The call got an error of ours, and no other event follows but `ReplyFinished`."""

    why: Refused
    status: int


class LookupDone(Event, frozen=True, kw_only=True):
    """The cache was asked, and this is what it said.

    Once per call, before anything is forwarded, also on a bypass. `why` is set on a bypass, and on a miss because a
    stage failed. `similarity` and `score` are the best neighbour's, also when it lost, and `veto` is the class of the
    first objection to it. `entry_age` and `took` are seconds.
    """

    outcome: Outcome
    why: NoCache | None = None
    not_near: NotNear | None = None
    similarity: float | None = None
    score: float | None = None
    veto: str | None = None
    entry_age: float | None = None
    took: float


class ForwardFailed(Event, frozen=True, kw_only=True):
    """The provider could not be reached, or its answer broke off. `took` is in seconds."""

    provider: str
    why: Refused
    took: float


class ReplyFinished(Event, frozen=True, kw_only=True):
    """The call is over: once per call, last of its path, also when the client left.

    `complete` is False for a cut stream and for a client that left. `first_byte` and `took` are seconds since arrival;
    `usage` is the provider's own count, or ours where it said none, on hits the stored one.
    """

    provider: str
    model: str
    status: int
    complete: bool
    outcome: Outcome
    first_byte: float | None
    took: float
    usage: Usage | None
    size: int


class EntryStored(Event, frozen=True, kw_only=True):
    """An answer was kept, durably where the caller's key allows a disk. `took` is seconds; `size` is sealed bytes."""

    size: int
    near: bool
    took: float


class EntryRefused(Event, frozen=True, kw_only=True):
    """An answer was not kept, for `why`."""

    why: NoCache


class StageFailed(Event, frozen=True, kw_only=True):
    """A stage failed and the call went on. `error` is the exception's type name, never its text."""

    stage: Stage
    error: str


class VerdictGiven(Event, frozen=True, kw_only=True):
    """It became known whether a kept answer was right for a question, which scored `score` (null: by the same words).

    It need not have been served.
    """

    score: float | None
    same: bool
    source: Source


class WrongShareEstimated(Event, frozen=True, kw_only=True):
    """Which share of the lane's semantic hits is likely to be wrong: `wrong`, from `low` to `high` in 95 of 100 cases.

    Every ten seconds, and of no call: `call_id` is empty. `needed` is the score that a candidate needs, 2 where none is
    served; `labels` is of how many answers it is known whether they were right.
    """

    wrong: float
    low: float
    high: float
    needed: float
    labels: int


class EventsDropped(Event, frozen=True, kw_only=True):
    """The bus was full: `count` events since the last one of these were dropped."""

    count: int
