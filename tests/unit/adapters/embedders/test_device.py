"""Where the network runs."""

import pytest

from warmlane.adapters.embedders.device import CPU, CUDA, Choice, Device, providers_for

BOTH = ["TensorrtExecutionProvider", CUDA, CPU]
ON_GPU = Choice(providers=(CUDA, CPU))
ON_CPU = Choice(providers=(CPU,))
MISSED = Choice(providers=(CPU,), missed=True)


@pytest.mark.parametrize(
    ("device", "available", "gpu_granted", "choice"),
    [
        ("cpu", BOTH, True, ON_CPU),
        ("auto", BOTH, True, ON_GPU),
        ("auto", BOTH, False, ON_CPU),
        ("auto", [CPU], False, ON_CPU),
        ("auto", [CPU], True, MISSED),
        ("cuda", BOTH, False, ON_GPU),
        ("cuda", [CPU], False, MISSED),
    ],
)
def test_a_gpu_is_taken_where_it_is_ours(
    device: Device,
    available: list[str],
    gpu_granted: bool,  # noqa: FBT001 - a table
    choice: Choice,
) -> None:
    """Because Ray gave it, or because the settings say so; and only where the runtime knows how."""
    assert providers_for(device, available, gpu_granted=gpu_granted) == choice
    assert choice.is_cuda == (choice is ON_GPU)
