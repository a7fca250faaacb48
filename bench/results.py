"""What a run found: ratios of two servers, and single facts, each with the limit it must keep."""

from dataclasses import dataclass

from bench.measure import Comparison, Figures


@dataclass(frozen=True, slots=True)
class Ratio:
    """CPU a request, the gateway's by `beside`'s; `limit` None is for information."""

    case: str
    beside: str
    compared: Comparison
    limit: float | None = None

    @property
    def kept(self) -> bool | None:
        """Whether the limit is kept; None where there is none."""
        return None if self.limit is None else self.compared.ratio <= self.limit


@dataclass(frozen=True, slots=True)
class Fact:
    """One number, in `unit`, that must be at most `limit`; None is for information."""

    case: str
    value: float
    unit: str
    limit: float | None = None

    @property
    def kept(self) -> bool | None:
        """Whether the limit is kept; None where there is none."""
        return None if self.limit is None else self.value <= self.limit


@dataclass(frozen=True, slots=True)
class Place:
    """What one of several gateways did under the same load; `ratio` is its CPU a request by that of `base`."""

    case: str
    in_flight: int
    who: str
    base: str
    ratio: float
    figures: Figures

    @property
    def kept(self) -> bool | None:
        """For information."""
        return None


@dataclass(frozen=True, slots=True)
class Absence:
    """One of several gateways that could not be measured in a case, and why. Not ours to mend."""

    case: str
    who: str
    why: str

    @property
    def kept(self) -> bool | None:
        """For information."""
        return None


@dataclass(frozen=True, slots=True)
class Note:
    """What was measured under a name: its version and its settings."""

    who: str
    text: str

    @property
    def kept(self) -> bool | None:
        """For information."""
        return None


@dataclass(frozen=True, slots=True)
class Failure:
    """A case that could not be measured, and why."""

    case: str
    why: str

    @property
    def kept(self) -> bool | None:
        """Never."""
        return False


Result = Ratio | Fact | Place | Absence | Note | Failure
