"""The errors Warmlane raises.

WarmlaneError
├── Refusal                 a 4xx we decide
│   ├── BadRequest 400      malformed cache control, or a request nobody could serve
│   ├── Unauthenticated 401 no API key came where one is needed
│   ├── UnknownRoute 404    no such provider, or no such path
│   ├── TimedOut 408        the request did not arrive in time
│   ├── TooLarge 413        the body is over the limit
│   └── HeadersTooLarge 431 the headers are over the limit
├── UpstreamError           no answer from the provider (an error that it *answers* passes through)
│   ├── Unreachable 502     no connection, or it broke before the first byte
│   ├── Overloaded 503      no free connection in time
│   └── UpstreamTimeout 504 the provider did not answer in time
├── NotCached 504           only-if-cached, and it is not
├── NotDone 503             what the cache itself was asked to do
├── StageError              never reaches a client: becomes StageFailed and a miss
│   └── Loading             not yet, but soon
└── ConfigError             at start only: which setting, and how to mend it

Each knows its status and its metric name, and pickles: every argument goes to `super().__init__`, which is called again
with them. No message may hold anything that a caller sent.
"""

from typing import ClassVar

from warmlane.events import Refused

_TRANSIENT = frozenset({408, 429, 502, 503, 504})


class WarmlaneError(Exception):
    """Base of all: `status` is the HTTP status, `why` the metric name."""

    status: ClassVar[int] = 500
    why: ClassVar[Refused] = Refused.INTERNAL

    def __init__(self, message: str, *, param: str | None = None, retry_after: int | None = None) -> None:
        """Say what is wrong in `message`, with which field in `param`; `retry_after` is in seconds."""
        super().__init__(message)
        self.message, self.param, self.retry_after = message, param, retry_after

    @property
    def worth_retrying(self) -> bool:
        """Whether the same request may fare better soon: SDKs repeat every 408, 409, 429 and 5xx unless told not to."""
        return self.status in _TRANSIENT and not isinstance(self, NotCached)

    def __reduce__(self) -> tuple[object, ...]:
        """Keyword arguments need help to cross a process."""
        return _remake, (type(self), self.message, self.param, self.retry_after)


def _remake(kind: type[WarmlaneError], message: str, param: str | None, retry_after: int | None) -> WarmlaneError:
    return kind(message, param=param, retry_after=retry_after)


class Refusal(WarmlaneError):
    """A 4xx we decide."""


class BadRequest(Refusal):
    """Something in the request cannot be read; `param` names it."""

    status, why = 400, Refused.BAD_REQUEST


class Unauthenticated(Refusal):
    """No API key came, where only whoever has it may ask."""

    status, why = 401, Refused.NO_KEY


class UnknownRoute(Refusal):
    """No provider of that name, or no such path here."""

    status, why = 404, Refused.UNKNOWN_ROUTE


class TimedOut(Refusal):
    """The request did not arrive in time."""

    status, why = 408, Refused.SLOW_REQUEST


class TooLarge(Refusal):
    """The body is over the limit."""

    status, why = 413, Refused.TOO_LARGE


class HeadersTooLarge(Refusal):
    """The headers are over the limit in bytes or in number."""

    status, why = 431, Refused.HEADERS_TOO_LARGE


class UpstreamError(WarmlaneError):
    """The provider gave no answer."""


class Unreachable(UpstreamError):
    """No connection, or it broke before the first byte.

    `sent` in the message says whether the provider may have seen the call.
    """

    status, why = 502, Refused.UNREACHABLE


class Overloaded(UpstreamError):
    """All connections to the provider are busy."""

    status, why = 503, Refused.OVERLOADED


class UpstreamTimeout(UpstreamError):
    """The provider did not answer in time."""

    status, why = 504, Refused.UPSTREAM_TIMEOUT


class NotCached(WarmlaneError):
    """The caller wanted a cached answer or none (RFC 9111 §5.2.1.7)."""

    status, why = 504, Refused.NOT_CACHED


class NotDone(WarmlaneError):
    """What the cache itself was asked to do could not be done, or not in time."""

    status, why = 503, Refused.NOT_DONE


class StageError(WarmlaneError):
    """A store, embedder or index is in trouble; the call goes on without it."""


class Loading(StageError):
    """The stage is still starting; nothing is wrong."""


class ConfigError(WarmlaneError):
    """A setting is wrong; the message says which and how to mend it."""
