"""What a cache sees: for each request the nearest of what was asked before."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.families import Prompt
from warmlane.match.normalise import normalise

NEAREST, FLOOR = 3, 0.6
"""Candidates of a request, and the least cosine of one that is learnt from."""


class Lookup(NamedTuple):
    """A request, and what was near: the texts with their cosines and whether they share its answer, nearest first."""

    text: str
    group: str
    near: tuple[tuple[str, float, bool], ...]


class Seen(NamedTuple):
    """The lookups of a stream, and how many requests were answered by their normalised form before."""

    lookups: list[Lookup]
    normal: int


def seen(stream: Sequence[Prompt], vectors: Mapping[str, NDArray[np.float32]]) -> Seen:
    """Run `stream` through a cache that keeps each request that no normalised form answers."""
    kept: list[Prompt] = []
    forms: set[str] = set()
    width = len(next(iter(vectors.values())))
    table = np.zeros((len(stream), width), dtype=np.float32)
    lookups: list[Lookup] = []
    for prompt in stream:
        form = normalise(prompt.text)
        if form in forms:
            continue
        cosines = table[: len(kept)] @ vectors[prompt.text]
        best = np.argsort(-cosines, kind="stable")[:NEAREST]
        near = tuple((kept[at].text, float(cosines[at]), kept[at].cluster == prompt.cluster) for at in best)
        lookups.append(Lookup(prompt.text, prompt.group, tuple(each for each in near if each[1] >= FLOOR)))
        table[len(kept)] = vectors[prompt.text]
        kept.append(prompt)
        forms.add(form)
    return Seen(lookups, len(stream) - len(lookups))
