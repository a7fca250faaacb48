"""Where the network runs. Pure."""

from collections.abc import Collection, Sequence
from typing import Final, Literal

from warmlane.model import Value

Device = Literal["auto", "cpu", "cuda"]

CPU: Final = "CPUExecutionProvider"
CUDA: Final = "CUDAExecutionProvider"


class Choice(Value, frozen=True, kw_only=True):
    """onnxruntime's providers, best first; `missed` says that CUDA was wanted and cannot be had."""

    providers: Sequence[str]
    missed: bool = False

    @property
    def is_cuda(self) -> bool:
        """Whether the first choice is a GPU."""
        return self.providers[0] == CUDA


def providers_for(device: Device, available: Collection[str], *, gpu_granted: bool) -> Choice:
    """What to run on, of what this installation of onnxruntime has.

    `auto` takes a GPU only where Ray gave this process one (`gpu_granted`): another one may belong to somebody else.
    `cuda` takes whichever the process sees. A wish that cannot be met ends on the processor.
    """
    is_wanted = device == "cuda" or (device == "auto" and gpu_granted)
    if is_wanted and CUDA in available:
        return Choice(providers=(CUDA, CPU))
    return Choice(providers=(CPU,), missed=is_wanted)
