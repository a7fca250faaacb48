"""The policies that are compared."""

from dataclasses import dataclass

from eval.gates import FLOOR


@dataclass(frozen=True, slots=True)
class Policy:
    """When an answer is served for a prompt that is not the very same.

    `normalised`: for the same words in another dress. `threshold`: from that cosine on; None: never. `vetoes`: not
    where one objects. `bound`: not below the score that keeps the share of wrong hits within it. `careful`: never for
    prompts about the moment or a person, which the gateway does not match by meaning.
    """

    name: str
    normalised: bool = False
    threshold: float | None = None
    vetoes: bool = False
    bound: float | None = None
    careful: bool = False


EXACT = Policy("exact only")
NORMALISED = Policy("normalised only", normalised=True, careful=True)
VETOES = Policy("vetoes only (cosine 0.85)", threshold=FLOOR, vetoes=True)
BOUNDS = tuple(
    Policy(f"Warmlane, bound {share} %", normalised=True, threshold=FLOOR, vetoes=True, bound=share / 100, careful=True)
    for share in (1, 2, 5)
)
DEFAULT = BOUNDS[1]
ALL = (EXACT, NORMALISED, *(Policy(f"cosine {at:.2f}", threshold=at) for at in (FLOOR, 0.90, 0.94)), VETOES, *BOUNDS)
