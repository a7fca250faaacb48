"""Whether a stored answer may be served for another prompt.

The place for every gate between "near" and "right". Today there is one: a floor on the cosine.
"""

from collections.abc import Sequence
from typing import TypeAlias

from warmlane.model import Value


class Serve(Value, frozen=True, kw_only=True):
    """Serve the candidate at `index`; `similarity` is its cosine."""

    index: int
    similarity: float


class Decline(Value, frozen=True, kw_only=True):
    """Serve none. `best` is the cosine of the nearest candidate, None where there was none."""

    best: float | None


Verdict: TypeAlias = Serve | Decline


def judge(text: str, candidates: Sequence[tuple[float, str]], threshold: float) -> Verdict:  # noqa: ARG001 - gates read it
    """Judge `candidates`, pairs of cosine and prompt in any order, as answers to `text`.

    `threshold` is a cosine: nothing below it is served. Of equally near candidates the first is.
    """
    if not candidates:
        return Decline(best=None)
    index = max(range(len(candidates)), key=lambda at: candidates[at][0])
    similarity = candidates[index][0]
    if similarity >= threshold:
        return Serve(index=index, similarity=similarity)
    return Decline(best=similarity)
