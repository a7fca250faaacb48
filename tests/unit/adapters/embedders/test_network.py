"""The network, without a loop around it."""

import logging

import numpy as np
import onnxruntime
import pytest

from warmlane.adapters.embedders import MINILM, Pieces
from warmlane.adapters.embedders.device import CUDA
from warmlane.adapters.embedders.network import Network

TEXTS = [
    "How do I reset my password?",
    "",
    "Write a haiku about autumn leaves falling on a quiet pond.",
    "list all flights from Boston to Denver that leave before noon on Tuesday",
    "The cat sat on the mat. " * 30,
    "Is it safe to take ibuprofen after a flu shot if I also have high blood pressure and am older than 65?",
    "hi",
]


@pytest.fixture(scope="module")
def tokens() -> list[list[int]]:
    """The texts, of 2 to some 200 tokens."""
    pieces = Pieces()
    pieces.load()
    return [pieces.of(text) for text in TEXTS]


@pytest.fixture(scope="module")
def network() -> Network:
    """The shipped model, on the processor."""
    return Network(MINILM, threads=1)


def test_a_vector_depends_on_its_text_alone(network: Network, tokens: list[list[int]]) -> None:
    """Whatever it is embedded with: hits must not depend on who asks at the same time."""
    alone = np.concatenate([network.vectors([text]) for text in tokens])
    for shift in range(len(tokens)):
        for size in (2, 3, len(tokens)):
            company = [(shift + step) % len(tokens) for step in range(size)]
            together = network.vectors([tokens[index] for index in company])
            assert ((together * alone[company]).sum(axis=1) >= 0.99999).all()


def test_the_graph_for_cuda_means_the_same(network: Network, tokens: list[list[int]]) -> None:
    """It is other arithmetic over the same weights, so that workers with and without a GPU share vectors."""
    session = onnxruntime.InferenceSession(str(MINILM / "cuda.onnx"), providers=["CPUExecutionProvider"])
    other = Network(MINILM, threads=1)
    other._session = session
    cosines = (network.vectors(tokens) * other.vectors(tokens)).sum(axis=1)
    assert np.median(cosines) > 0.995
    assert cosines.min() > 0.98  # of the empty text


@pytest.mark.skipif(CUDA in onnxruntime.get_available_providers(), reason="this onnxruntime has CUDA")
@pytest.mark.parametrize(("device", "gpu_granted"), [("cuda", False), ("auto", True)])
def test_without_cuda_it_runs_on_the_processor(
    device: str,
    gpu_granted: bool,  # noqa: FBT001 - a table
    tokens: list[list[int]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """One warning, and the work is done."""
    with caplog.at_level(logging.WARNING):
        network = Network(MINILM, threads=1, device=device, gpu_granted=gpu_granted)  # type: ignore[arg-type]
    assert len(caplog.records) == 1
    assert "gpu extra" in caplog.text
    assert not network.is_cuda
    assert network.vectors(tokens[:1]).shape == (1, 384)
