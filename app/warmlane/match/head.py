"""The pair head: how likely it is that two prompts share an answer. Pure but for reading its own data.

Boosted trees, each of a depth of at most `DEPTH`, laid out as complete binary trees side by side: node n has its
children at 2n+1 and 2n+2, so that all trees of all rows are walked together, level by level. Their sum is a logit,
which a line (Platt) makes a probability.
"""

from collections.abc import Sequence
from hashlib import sha256
from importlib.resources import files
from io import BytesIO
from typing import Final

import numpy as np
from numpy.typing import NDArray

from warmlane.match.bound import Prior
from warmlane.match.facts import Facts, Objection
from warmlane.match.features import FEATURES, Features
from warmlane.match.judge import Candidate
from warmlane.match.relations import Relations
from warmlane.model import Value

DEPTH: Final = 4
NODES: Final = 2**DEPTH - 1


class Trees(Value, frozen=True, kw_only=True):
    """T trees, and the line that makes a logit of their sum, which begins at `start`.

    `feature` (T, NODES): what each node asks. `above` (T, NODES): beyond what it goes right. `leaf` (T, NODES + 1).
    """

    feature: NDArray[np.int64]
    above: NDArray[np.float32]
    leaf: NDArray[np.float64]
    start: float
    slope: float
    intercept: float


class Head:
    """Scores rows of features."""

    def __init__(self, trees: Trees, prior: Prior, digest: str = "") -> None:
        """Take trained trees, and what lookups looked like in training; `digest` tells one training from another."""
        self.prior, self.digest = prior, digest
        count = len(trees.feature)
        self._feature, self._above, self._leaf = (each.reshape(-1) for each in (trees.feature, trees.above, trees.leaf))
        self._nodes = np.arange(count) * NODES
        self._leaves = np.arange(count) * (NODES + 1) - NODES
        self._start, self._slope, self._intercept = trees.start, trees.slope, trees.intercept

    @classmethod
    def load(cls) -> "Head":
        """The one that ships. Raises: OSError, KeyError, ValueError where its data is damaged."""
        data = files("warmlane").joinpath("data", "head", "head.npz").read_bytes()
        with np.load(BytesIO(data), allow_pickle=False) as kept:
            if tuple(kept["features"]) != FEATURES:
                message = "the pair head was trained on other features: make train-head"
                raise ValueError(message)
            start, slope, intercept = map(float, kept["line"])
            seen, right, wrong = (tuple(map(float, kept[each])) for each in ("seen", "right", "wrong"))
            trees = Trees(
                feature=kept["feature"].astype(np.int64), above=kept["above"], leaf=kept["leaf"],
                start=start, slope=slope, intercept=intercept,
            )  # fmt: skip
            prior = Prior(seen=seen, right=right, wrong=wrong, normal=float(kept["normal"]))
            return cls(trees, prior, sha256(data).hexdigest())

    def score(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """The probability for each of `rows` (n, features), as an array (n,)."""
        flat = rows.reshape(-1)
        first = (np.arange(len(rows)) * rows.shape[1])[:, None]
        at = np.zeros((len(rows), len(self._nodes)), dtype=np.int64)
        for _ in range(DEPTH):
            node = at + self._nodes
            at = 2 * at + 1 + (flat.take(self._feature.take(node) + first) > self._above.take(node))
        total = self._leaf.take(at + self._leaves).sum(axis=1) + self._start
        probability: NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(self._slope * total + self._intercept, -40, 40)))
        return probability


class Paired:
    """Scores candidates with the pair head: a `judge.Scorer`."""

    def __init__(self, features: Features, head: Head) -> None:
        """Take what makes rows, and what scores them."""
        self._features, self._head = features, head

    @classmethod
    def load(cls, relations: Relations | None = None) -> "Paired":
        """The one that ships; `relations` None: they are loaded, 8 MB. Raises: see `Head.load`."""
        return cls(Features(relations or Relations.load()), Head.load())

    @property
    def prior(self) -> Prior:
        """What lookups looked like in training."""
        return self._head.prior

    @property
    def scale(self) -> str:
        """What its scores are comparable within."""
        return f"head/{self._head.digest[:16]}"

    def score(self, asked: Facts, pairs: Sequence[tuple[Candidate, tuple[Objection, ...]]]) -> Sequence[float]:
        """The probability for each candidate."""
        if not pairs:
            return ()
        rows = [self._features.of(asked, each.facts, each.similarity, spoken) for each, spoken in pairs]
        return [float(score) for score in self._head.score(np.asarray(rows, dtype=np.float32))]


def shipped_features() -> Features:
    """As the shipped head was trained on: training takes them from here."""
    return Features(Relations.load())
