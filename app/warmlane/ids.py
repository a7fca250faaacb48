"""What callers call an answer: `X-Cache-Key`, which they may hand back as feedback.

    k_<entry>                        a kept answer, as stored, or as found by the same request
    k_<entry>.<pair>                 a hit by the same words
    k_<entry>.<pair>.<thousandths>   a hit by meaning, and its score

All in hex but the score. `<pair>` is the key of two texts, and four bytes that nobody else can have put there: they
stand for the whole id and its caller. So nothing is learnt or remembered of hits that never were.
"""

import hmac
import math
import re
from hashlib import blake2b
from typing import Final

from warmlane.model import Caller, Value

LONGEST: Final = 2 + 32 + 1 + 32 + 1 + 4
"""Characters of an id."""

_PATTERN: Final = re.compile(
    r"k_(?P<entry>[0-9a-f]{32})"
    r"(?:\.(?P<pair>[0-9a-f]{24})(?P<proof>[0-9a-f]{8})(?:\.(?P<score>0|1000|[1-9][0-9]{0,2}))?)?"
)
_PROOF: Final = 4


class HitId(Value, frozen=True, kw_only=True):
    """An id that was handed back. `pair` is empty for a kept answer, `score` None for a hit by the same words.

    `score` is rounded up to thousandths: it is never below what was served.
    """

    entry: bytes
    pair: bytes = b""
    thousandths: int | None = None
    proof: bytes = b""

    @property
    def score(self) -> float | None:
        """The score that the hit had, 0 to 1."""
        return None if self.thousandths is None else self.thousandths / 1000

    def is_of(self, caller: Caller) -> bool:
        """Whether this gateway said it to `caller`; of a kept answer's, which proves nothing, always."""
        return not self.pair or hmac.compare_digest(self.proof, _proof(self, caller))


def of_entry(key: bytes) -> bytes:
    """The id of a kept answer."""
    return b"k_" + key.hex().encode()


def of_hit(caller: Caller, key: bytes, pair: bytes, score: float | None) -> bytes:
    """The id of a hit that another text led to: by its meaning, or (`score` None) by its normal form."""
    thousandths = None if score is None else min(1000, max(0, math.ceil(score * 1000)))
    hit = HitId(entry=key, pair=pair, thousandths=thousandths)
    said = of_entry(key) + b"." + (pair + _proof(hit, caller)).hex().encode()
    return said if thousandths is None else b"%b.%d" % (said, thousandths)


def read(text: str) -> HitId | None:
    """The id in `text`; None where it is none."""
    found = _PATTERN.fullmatch(text)
    if found is None:
        return None
    score = found["score"]
    return HitId(
        entry=bytes.fromhex(found["entry"]),
        pair=bytes.fromhex(found["pair"] or ""),
        proof=bytes.fromhex(found["proof"] or ""),
        thousandths=None if score is None else int(score),
    )


def _proof(hit: HitId, caller: Caller) -> bytes:
    score = b"" if hit.thousandths is None else b"%d" % hit.thousandths
    said = b"".join((b"said", hit.entry, hit.pair, score))
    return blake2b(said, key=caller.index_key, digest_size=32).digest()[:_PROOF]
