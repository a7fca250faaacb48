"""What must be equal for an answer to be reused.

Exact:       the whole effective request, but for what cannot change the answer (the dialect's `keyed`).
Normalised:  the same with the last user text brought to a normal form.
Partition:   the same without the last user text: inside one, only that text differs, and its meaning is compared.
Pair:        a partition and two last user texts, in either order and in normal form: what is known of the two.

All are BLAKE2b keyed with the tenant's own index key, so that whoever holds the disk cannot test a guess.
"""

from collections.abc import Sequence
from hashlib import blake2b
from operator import itemgetter
from typing import Final
from urllib.parse import parse_qsl

from warmlane.canonical import canonical
from warmlane.controls import Controls
from warmlane.dialects.base import Ask
from warmlane.lanes import Lane
from warmlane.match.normalise import normalise
from warmlane.model import Call, Caller, Json, JsonObject

KEYED_HEADERS: Final = frozenset({
    b"openai-organization", b"openai-project", b"openai-beta", b"anthropic-version", b"anthropic-beta",
    b"anthropic-workspace-id", b"anthropic-user-profile-id",
    b"x-goog-fieldmask", b"x-goog-user-project",
})  # fmt: skip
"""Headers that change the answer or the account."""

_UNKEYED_QUERY = frozenset({"key", "alt"})
_SIZE = 16
_PAIR_SIZE = 12  # four bytes more are in its id


def frame(call: Call, lane: Lane, controls: Controls, resource: str) -> bytes:
    """What is in every key of a call besides its body: the beginning of a canonical list.

    `resource` is the path, as the dialect has it in keys.
    """
    parts: list[Json] = [
        call.dialect,
        call.provider,
        call.base_url,
        resource,
        _query(call.query),
        [[name.decode("latin-1"), value.decode("latin-1")] for name, value in call.headers if name in KEYED_HEADERS],
        lane.name,
        lane.revision,
        controls.namespace,
        list(controls.ignore),  # else an answer could reach one for whom the ignored field matters
    ]
    return canonical(parts)[:-1] + b","


class Asked:
    """One request seen as keys. Each is worked out when asked for: an exact hit never pays for a partition."""

    __slots__ = ("_ask", "_caller", "_frame", "_ignore")

    def __init__(self, ask: Ask, caller: Caller, framed: bytes, ignore: tuple[str, ...] = ()) -> None:
        """Take what the keys are made of: `framed` is what `frame` gave, under controls that say `ignore`."""
        self._ask, self._caller, self._frame, self._ignore = ask, caller, framed, ignore

    def exact(self) -> bytes:
        """16 bytes that only the same request from the same caller gives."""
        return self._digest(b"exact", self._ask.keyed)

    def each(self, items: Sequence[JsonObject]) -> list[bytes]:
        """For each item, the exact key that it would have if it was asked for alone."""
        return [self._digest(b"exact", item) for item in items]

    def normalised(self, text: str) -> bytes:
        """16 bytes for every request that differs from this one only in a last user text of the same normal form."""
        return self._digest(b"normalised", self._ask.rest, text)

    def partition(self, embedder: str) -> bytes:
        """16 bytes for every request that differs from this one at most in its last user text, under one embedder."""
        return self._digest(b"partition", self._ask.rest, embedder)

    def pair_key(self, one: str, other: str) -> bytes:
        """12 bytes for two texts in place of the last user text, in either order, under whatever embedder."""
        return self._digest(b"pair", self._ask.rest, *sorted((normalise(one), normalise(other))))[:_PAIR_SIZE]

    def _digest(self, kind: bytes, body: JsonObject, *more: str) -> bytes:
        if self._ignore:
            body = {name: value for name, value in body.items() if name not in self._ignore}
        parts = [kind, self._frame, canonical(body)]  # no kind begins another, and then comes a bracket
        parts += [b"," + canonical(each) for each in more]
        parts.append(b"]")
        return blake2b(b"".join(parts), key=self._caller.index_key, digest_size=32).digest()[:_SIZE]


def standing_key(caller: Caller) -> bytes:
    """16 bytes under which it is kept that the provider rejected this caller's key."""
    return blake2b(b"standing", key=caller.index_key, digest_size=32).digest()[:_SIZE]


def caught_key(caller: Caller, kind: bytes, what: bytes) -> bytes:
    """16 bytes under which it is kept that something was caught wrong: a pair, or an entry."""
    return blake2b(b"|".join((b"caught", kind, what)), key=caller.index_key, digest_size=32).digest()[:_SIZE]


def _query(query: str) -> list[Json]:
    if not query:
        return []
    # As Latin-1: every byte has a character there, where UTF-8 would read all that it cannot as the same one.
    pairs = parse_qsl(query, keep_blank_values=True, encoding="latin-1")
    return sorted(([name, value] for name, value in pairs if name not in _UNKEYED_QUERY), key=itemgetter(0))
