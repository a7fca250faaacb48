"""The card of the pair head: what it was trained on, and what it does to what was held out."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from warmlane.match.bound import Prior, Tally, needed


class Judged(Protocol):
    """What a card looks at of an example."""

    @property
    def same(self) -> bool:
        """Whether both share an answer."""
        ...

    @property
    def refused(self) -> bool:
        """Whether a veto spoke."""
        ...

    @property
    def lookup(self) -> int:
        """Below 0 for a plain pair."""
        ...


def card(
    examples: Sequence[Judged],
    scores: NDArray[np.float64],
    prior: Prior,
    *,
    used: Sequence[tuple[str, int]],
    seed: int,
    digest: str,
) -> str:
    """In Markdown."""
    counts = "\n".join(f"- {what}: {count:,}" for what, count in used)
    bounds = "\n".join(f"| {bound:.0%} | {needed(prior, Tally(), bound):.4f} |" for bound in (0.01, 0.02, 0.05))
    shares = "\n".join(_served(examples, scores, least) for least in (0.5, 0.8, 0.9, 0.95, 0.98, 0.99))
    return f"""# Pair head

Boosted trees over features of two prompts (`warmlane.match.features`): the probability that they share an answer.
English mostly. Made by `make train-head`, seed {seed}; SHA-256 of `head.npz`:
`{digest}`.

## Data

{counts}

Own prompts and pairs: `training/families.toml`, this project's licence. Where prompts and pairs of the development
data are listed above, they are: own synthetic ones; "advising" of jkkummerfeld/text2sql-data (CC BY 4.0); PolyAI's
banking77 (CC BY 4.0); zilliztech/GPTCache's mock data (MIT); out-of-scope queries of clinc/oos-eval (CC BY 3.0); the
seed tasks of tatsu-lab/stanford_alpaca (Apache-2.0). `training/semdata.py` lists what is allowed, and nothing else is
read. None of it is in the release: weights only.

## Held out

By family or cluster, of what no veto refuses; {len(examples):,} examples. The share of right and of wrong ones at a
score or above.

| score | right, lookups | wrong, lookups | right, pairs | wrong, pairs |
|---|---|---|---|---|
{shares}

Needed before anything was learnt from a cache's own answers:

| bound | score |
|---|---|
{bounds}
"""


def _served(examples: Sequence[Judged], scores: NDArray[np.float64], least: float) -> str:
    cells = []
    for near in (True, False):
        for same in (True, False):
            some = [
                not each.refused and score >= least
                for each, score in zip(examples, scores, strict=True)
                if (each.lookup >= 0) is near and each.same is same
            ]
            cells.append(f"{sum(some) / max(1, len(some)):.1%}")
    return f"| {least} | {' | '.join(cells)} |"
