"""Boosted trees: fitting, laying out for `warmlane.match.head`, and scores of what was held out."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from warmlane.match.features import FEATURES
from warmlane.match.head import DEPTH, NODES, Trees

TREES, RATE, FOLDS = 160, 0.1, 5
_RISING = frozenset({"cosine", "contained"})
_FALLING = frozenset(
    {"unmatched_min", "left_min", "antonym", "sibling", "cousin", "one_other", "question_differs", "numbers_differ",
     "names_differ", "denial_differs", "objections"}
)  # fmt: skip
"""What speaks for or against a pair whatever else does: the trees may not learn otherwise from a quirk of the data."""


def fitted(rows: NDArray[np.float32], same: NDArray[np.bool_], weight: NDArray[np.float64], seed: int) -> Trees:
    """Trees whose sum is a logit as it is: slope 1, intercept 0."""
    model = HistGradientBoostingClassifier(
        max_iter=TREES, max_depth=DEPTH, learning_rate=RATE, min_samples_leaf=25, l2_regularization=3.0,
        max_features=0.5, early_stopping=False, random_state=seed,
        monotonic_cst=[(name in _RISING) - (name in _FALLING) for name in FEATURES],
    )  # fmt: skip
    model.fit(rows, same, sample_weight=weight)
    return _laid_out(model)


def line(total: NDArray[np.float64], same: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and intercept that make sums of what was held out probabilities (Platt)."""
    found = LogisticRegression(C=1e6).fit(total[:, None], same)
    return float(found.coef_[0, 0]), float(found.intercept_[0])


def folds(groups: Sequence[str], seed: int) -> NDArray[np.int64]:
    """A fold for each row: rows of one group are in one fold."""
    names = sorted(set(groups))
    order = np.random.default_rng(seed).permutation(len(names))
    fold = {name: int(place) % FOLDS for name, place in zip(names, order, strict=True)}
    return np.array([fold[group] for group in groups])


def _laid_out(model: HistGradientBoostingClassifier) -> Trees:
    """As complete binary trees. A leaf above the lowest level is put below a chain of nodes that always go left."""
    count = len(model._predictors)  # noqa: SLF001 - scikit-learn has no other way to read them
    feature, above = np.zeros((count, NODES), np.int64), np.full((count, NODES), np.inf, np.float32)
    leaf = np.zeros((count, NODES + 1))
    for tree, (predictor,) in enumerate(model._predictors):  # noqa: SLF001
        nodes = predictor.nodes
        todo = [(0, 0)]
        while todo:
            at, node = todo.pop()
            if at >= NODES:
                leaf[tree, at - NODES] = nodes[node]["value"]
            elif nodes[node]["is_leaf"]:
                todo.append((2 * at + 1, node))
            else:
                feature[tree, at] = nodes[node]["feature_idx"]
                above[tree, at] = nodes[node]["num_threshold"]
                todo += [(2 * at + 1, nodes[node]["left"]), (2 * at + 2, nodes[node]["right"])]
    start = float(np.ravel(model._baseline_prediction)[0])  # noqa: SLF001
    return Trees(feature=feature, above=above, leaf=leaf, start=start, slope=1.0, intercept=0.0)
