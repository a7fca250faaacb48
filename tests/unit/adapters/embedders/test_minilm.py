"""The embedders: vectors, what fits, and a worker that never holds up the loop."""

import base64
import shutil
import threading
from collections.abc import AsyncIterator
from pathlib import Path, PosixPath

import numpy as np
import pytest

from warmlane.adapters.embedders import MINILM, OnnxEmbedder
from warmlane.errors import StageError

# The float weights' first numbers for "What is the capital of France?", from the unquantised graph
ORIGINAL = [0.0820, 0.0361, -0.0039, -0.0049, 0.0257, -0.0571, 0.0122, 0.0047]

# Two ONNX models that take what MiniLM takes: one gives its tokens back, one gives 384 times not-a-number
NO_EMBEDDING = (
    "CAg6pAEKIgoEcm93cxIJZW1iZWRkaW5nIgRDYXN0KgkKAnRvGAGgAQISAWdaFQoGdG9rZW5zEgsKCQgHEgUKAxIBbloVCgZwbGFjZXMS"
    "CwoJCAcSBQoDEgFuWhQKBWNlbGxzEgsKCQgHEgUKAxIBbloYCgRyb3dzEhAKDggHEgoKAxIBdAoDEgFsYh0KCWVtYmVkZGluZxIQCg4I"
    "ARIKCgMSAXQKAxIBbEIECgAQEQ=="
)
NOT_A_NUMBER = (
    "CAg6sAIKKgoEcm93cxIBcyIFU2hhcGUqCgoDZW5kGAGgAQIqDAoFc3RhcnQYAKABAgopEgFkIghDb25zdGFudCoaCgV2YWx1ZSoOCAEQ"
    "B0oIgAEAAAAAAACgAQQKHgoBcwoBZBIBayIGQ29uY2F0KgsKBGF4aXMYAKABAgo3CgFrEgllbWJlZGRpbmciD0NvbnN0YW50T2ZTaGFw"
    "ZSoWCgV2YWx1ZSoKCAEQAUoEAADAf6ABBBIBZ1oVCgZ0b2tlbnMSCwoJCAcSBQoDEgFuWhUKBnBsYWNlcxILCgkIBxIFCgMSAW5aFAoF"
    "Y2VsbHMSCwoJCAcSBQoDEgFuWhgKBHJvd3MSEAoOCAcSCgoDEgF0CgMSAWxiHQoJZW1iZWRkaW5nEhAKDggBEgoKAxIBdAoDCIADQgQK"
    "ABAR"
)


class HeldFolder(PosixPath):
    """The folder of a model that can only be read once the gate is open."""

    gate: threading.Event

    def __truediv__(self, name: str) -> Path:
        """Wait for the gate, but for the digests, which are read at once."""
        assert name == "digests.txt" or self.gate.wait(60)
        return MINILM / name


@pytest.fixture
async def minilm() -> AsyncIterator[OnnxEmbedder]:
    """The shipped model, loaded."""
    embedder = OnnxEmbedder()
    embedder.start()
    await embedder.loaded()
    yield embedder
    await embedder.aclose()


def _cosine(one: np.ndarray, other: np.ndarray) -> float:
    return float(one @ other)


async def test_vectors_are_of_unit_length_and_in_order(minilm: OnnxEmbedder) -> None:
    """One per text, shape (dim,), float32."""
    texts = ["How do I reset my password?", "", "The cat sat on the mat. " * 30]
    vectors = await minilm.embed(texts)
    alone = [(await minilm.embed([text]))[0] for text in texts]
    for vector, same in zip(vectors, alone, strict=True):
        assert vector.shape == (minilm.dim,)
        assert vector.dtype == np.float32
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
        # A text's vector depends on the text alone, not on what it is embedded with
        assert _cosine(vector, same) >= 0.99999


async def test_what_means_the_same_is_nearer_than_what_does_not(minilm: OnnxEmbedder) -> None:
    """The whole chain of tokenizer, network and pooling does its work."""
    ask, same, other = await minilm.embed(
        [
            "How do I reset my password?",
            "I forgot my password, how can I change it?",
            "What is the boiling point of water?",
        ]
    )
    assert _cosine(ask, same) > 0.75
    assert _cosine(ask, other) < 0.2


async def test_vectors_are_near_those_of_the_original_weights(minilm: OnnxEmbedder) -> None:
    """The first numbers of one text's vector under the float weights, within what eight bits lose."""
    (vector,) = await minilm.embed(["What is the capital of France?"])
    assert vector[:8] == pytest.approx(ORIGINAL, abs=0.02)


async def test_a_text_past_the_window_is_never_cut_short(minilm: OnnxEmbedder) -> None:
    """Two long texts that differ at the end would have one vector."""
    with pytest.raises(StageError, match="longer than the window"):
        await minilm.embed(["hi " * 255])


async def test_nothing_is_served_before_it_is_loaded() -> None:
    """Short prompts are known to fit even then; the rest waits for the tokenizer."""
    embedder = OnnxEmbedder()
    assert not embedder.ready
    for call in (embedder.ping(), embedder.embed(["a"]), embedder.loaded()):
        with pytest.raises(StageError, match="not running"):
            await call
    assert embedder.fits("short")
    assert not embedder.fits("word " * 100)
    await embedder.aclose()


async def test_starting_twice_loads_once() -> None:
    """And the name and the window are known before."""
    embedder = OnnxEmbedder()
    embedder.start()
    embedder.start()
    await embedder.loaded()
    assert embedder.ready
    await embedder.ping()
    await embedder.aclose()


async def test_while_loading_callers_are_told_so() -> None:
    """What a call finds depends on how far the worker is, and nothing waits for it."""
    folder = HeldFolder(MINILM)
    folder.gate = threading.Event()
    embedder = OnnxEmbedder(folder)
    embedder.start()
    assert not embedder.ready
    assert not embedder.fits("word " * 100)
    for call in (embedder.ping(), embedder.embed(["a"])):
        with pytest.raises(StageError, match="still loading"):
            await call
    folder.gate.set()
    await embedder.loaded()
    assert embedder.fits("word " * 100)
    await embedder.aclose()


async def test_a_model_that_does_not_load_says_so_for_good(tmp_path: Path) -> None:
    """Ping names the kind of failure."""
    shutil.copytree(MINILM, tmp_path, dirs_exist_ok=True)
    (tmp_path / "cpu.onnx").write_bytes(b"not a model")
    embedder = OnnxEmbedder(tmp_path)
    embedder.start()
    for call in (embedder.loaded, embedder.ping, lambda: embedder.embed(["a"])):
        with pytest.raises(StageError, match="failed to load: "):
            await call()
    assert not embedder.ready
    await embedder.aclose()


@pytest.mark.parametrize("model", [NO_EMBEDDING, NOT_A_NUMBER])
async def test_what_is_no_unit_vector_is_never_passed_on(tmp_path: Path, model: str) -> None:
    """A wrong dimension or a number that is none would spoil an index."""
    shutil.copytree(MINILM, tmp_path, dirs_exist_ok=True)
    (tmp_path / "cpu.onnx").write_bytes(base64.b64decode(model))
    embedder = OnnxEmbedder(tmp_path)
    embedder.start()
    await embedder.loaded()
    with pytest.raises(StageError, match="no unit vector"):
        await embedder.embed(["a"])
    await embedder.aclose()


async def test_errors_of_the_runtime_say_nothing_of_the_text(minilm: OnnxEmbedder) -> None:
    """Only their type is passed on."""
    with pytest.raises(StageError, match=r"^embedding failed: \w+$") as caught:
        await minilm.embed(["secret \udc80"])
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
