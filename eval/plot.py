"""How right what scores so much is: by bins, as a table and as a picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.counts import wilson

EDGES = (0.0, 0.3, 0.5, 0.7, 0.8, 0.85, 0.9, 0.92, 0.94, 0.96, 0.98, 0.99, 0.995)


@dataclass(frozen=True, slots=True)
class Bin:
    """Lookups whose best candidate scored from `low` on: how many, their mean score, and how many were right."""

    low: float
    count: int
    mean: float
    right: int

    @property
    def between(self) -> tuple[float, float]:
        """Where the share of right ones is in 95 of 100 cases."""
        return wilson(self.right, self.count)


def binned(scored: Sequence[tuple[float, bool]]) -> list[Bin]:
    """The bins that have something in them, lowest first."""
    bins = []
    for low, high in zip(EDGES, (*EDGES[1:], 2.0), strict=True):
        some = [(score, right) for score, right in scored if low <= score < high]
        if some:
            mean = sum(score for score, _ in some) / len(some)
            bins.append(Bin(low, len(some), mean, sum(right for _, right in some)))
    return bins


def drawn(path: Path, streams: Mapping[str, Sequence[Bin]]) -> None:
    """Draw the bins of each stream to `path`, a PNG: the score against the share that was right."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # an extra, and slow to import
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.8), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    axes: Any = figure.subplots()
    lowest = min((each.mean for bins in streams.values() for each in bins), default=0.0)
    axes.plot([lowest, 1], [lowest, 1], color="0.7", linestyle="--", label="as the score says")
    for name, bins in streams.items():
        shares = [each.right / each.count for each in bins]
        errors = [[max(0.0, share - each.between[0]) for share, each in zip(shares, bins, strict=True)],
                  [max(0.0, each.between[1] - share) for share, each in zip(shares, bins, strict=True)]]  # fmt: skip
        axes.errorbar([each.mean for each in bins], shares, yerr=errors, marker="o", capsize=3, label=name)
    axes.set(xlabel="score", ylabel="right", ylim=(0, 1.02), title="Best candidates that no veto speaks against")
    axes.grid(alpha=0.3)
    axes.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Software": None})
