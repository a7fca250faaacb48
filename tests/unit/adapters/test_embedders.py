"""The embedders: vectors, what fits, and a worker that never holds up the loop."""

import asyncio
import base64
import hashlib
import shutil
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path, PosixPath

import numpy as np
import pytest
from tokenizers import Tokenizer

from warmlane.adapters.embedders import MINILM, HashEmbedder, OnnxEmbedder
from warmlane.errors import ConfigError, StageError
from warmlane.tasks import Tasks

# The float weights' first numbers for "What is the capital of France?", from the unquantised graph
ORIGINAL = [0.0820, 0.0361, -0.0039, -0.0049, 0.0257, -0.0571, 0.0122, 0.0047]

# Two ONNX models that take what MiniLM takes: one gives its tokens back, one gives 384 times not-a-number
NO_EMBEDDING = (
    "CAgSADqOAQonCglpbnB1dF9pZHMSCWVtYmVkZGluZyIEQ2FzdCoJCgJ0bxgBoAECEgFnWh0KCWlucHV0X2lkcxIQCg4IBxIKCgMS"
    "AWIKAxIBdFoiCg5hdHRlbnRpb25fbWFzaxIQCg4IBxIKCgMSAWIKAxIBdGIdCgllbWJlZGRpbmcSEAoOCAESCgoDEgFiCgMSAWRC"
    "BAoAEBE="
)
NOT_A_NUMBER = (
    "CAgSADq5AQo3CgFzEgllbWJlZGRpbmciD0NvbnN0YW50T2ZTaGFwZSoWCgV2YWx1ZSoKCAEQAUoEAADAf6ABBBIBZyoZCAIQB0IB"
    "c0oQAQAAAAAAAACAAQAAAAAAAFodCglpbnB1dF9pZHMSEAoOCAcSCgoDEgFiCgMSAXRaIgoOYXR0ZW50aW9uX21hc2sSEAoOCAcS"
    "CgoDEgFiCgMSAXRiHQoJZW1iZWRkaW5nEhAKDggBEgoKAxIBYgoDEgFkQgQKABAR"
)


class Held(list[str]):
    """Texts that the worker can only read once the gate is open; `seen` says whether it did."""

    def __init__(self, *texts: str, gate: threading.Event) -> None:
        """Hold `texts`."""
        super().__init__(texts)
        self.gate, self.seen = gate, False

    def __iter__(self) -> Iterator[str]:
        """Wait for the gate."""
        assert self.gate.wait(60)
        self.seen = True
        return super().__iter__()


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


def test_the_shipped_files_are_those_that_the_script_made() -> None:
    """Their digests are committed beside them."""
    lines = (MINILM / "digests.txt").read_text().splitlines()
    listed = {name: digest for digest, name in map(str.split, lines)}
    assert set(listed) == {"model.int8.onnx", "tokenizer.json"}
    for name, digest in listed.items():
        assert hashlib.sha256((MINILM / name).read_bytes()).hexdigest() == digest


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
        assert np.array_equal(vector, same)


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


async def test_the_name_says_which_weights_made_a_vector() -> None:
    """Other weights, other name: their vectors never meet."""
    embedder = OnnxEmbedder()
    digest = hashlib.sha256((MINILM / "model.int8.onnx").read_bytes()).hexdigest()
    assert embedder.name == f"minilm-l6-v2-int8@{digest[:8]}"
    await embedder.aclose()


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100,
        "hi " * 254,
        ("x" * 100 + " ") * 2,
        "é" * 60,
        "tabs\tand\nlines\r\n" * 10,
        "[SEP] [UNK] [MASK] " * 5,
        "! " * 127,
    ],
)
async def test_what_fits_is_read_whole(minilm: OnnxEmbedder, text: str) -> None:
    """At most 256 tokens, special ones included."""
    assert minilm.fits(text)
    assert len(await minilm.embed([text])) == 1


@pytest.mark.parametrize(
    "text",
    [
        "hi " * 255,
        "x" * 101,
        "sha " + "0" * 200,
        "what does 🦄 mean",
        "a" * 60 + "\x1c" + "a" * 60,  # the control character is dropped, the words become one
        "hi " * 100_000,
        "lone \udc80 surrogate",
    ],
)
async def test_what_is_not_read_whole_does_not_fit(minilm: OnnxEmbedder, text: str) -> None:
    """Too many tokens, or a hole where an unknown one is: texts that differ only there would be one."""
    assert not minilm.fits(text)


async def test_a_text_past_the_window_is_never_cut_short(minilm: OnnxEmbedder) -> None:
    """Two long texts that differ at the end would have one vector."""
    with pytest.raises(StageError, match="longer than the window"):
        await minilm.embed(["hi " * 255])


async def test_the_shortcut_agrees_with_the_tokenizer(minilm: OnnxEmbedder) -> None:
    """What the shortcut rests on: every printable ASCII character is a token, and no piece is longer than 18."""
    tokenizer = Tokenizer.from_file(str(MINILM / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    vocabulary = tokenizer.get_vocab()
    assert max(len(piece.removeprefix("##")) for piece in vocabulary) == 18
    for code in range(0x21, 0x7F):
        assert chr(code).lower() in vocabulary
        assert not chr(code).isalnum() or f"##{chr(code).lower()}" in vocabulary
    for filler in "aZ9~.\t":
        text = (filler * 99 + " ") * 2 + filler * 54
        encoding = tokenizer.encode(text)
        assert minilm.fits(text)
        assert len(encoding.ids) <= minilm.window
        assert "[UNK]" not in encoding.tokens


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
    (tmp_path / "model.int8.onnx").write_bytes(b"not a model")
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
    (tmp_path / "model.int8.onnx").write_bytes(base64.b64decode(model))
    embedder = OnnxEmbedder(tmp_path)
    embedder.start()
    await embedder.loaded()
    with pytest.raises(StageError, match="no unit vector"):
        await embedder.embed(["a"])
    await embedder.aclose()


def test_missing_files_are_a_matter_of_installation(tmp_path: Path) -> None:
    """The message says what to do."""
    with pytest.raises(ConfigError, match="make model"):
        OnnxEmbedder(tmp_path)


async def test_cancelled_work_is_skipped(minilm: OnnxEmbedder) -> None:
    """A caller that gave up does not keep the queue busy."""
    gate = threading.Event()
    first = Tasks().spawn(minilm.embed(Held("a", gate=gate)), name="first")
    given_up = Held("b", gate=gate)
    second = Tasks().spawn(minilm.embed(given_up), name="second")
    third = Tasks().spawn(minilm.embed(["c"]), name="third")
    await asyncio.wait([first, second, third], timeout=0)  # all three are in the queue
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    gate.set()
    assert len(await first) == len(await third) == 1
    assert not given_up.seen


async def test_errors_of_the_runtime_say_nothing_of_the_text(minilm: OnnxEmbedder) -> None:
    """Only their type is passed on."""
    with pytest.raises(StageError, match=r"^embedding failed: \w+$") as caught:
        await minilm.embed(["secret \udc80"])
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


async def test_a_closed_embedder_takes_no_work(minilm: OnnxEmbedder) -> None:
    """Closing twice is fine; what was queued is finished."""
    gate = threading.Event()
    queued = Tasks().spawn(minilm.embed(Held("a", gate=gate)), name="first")
    await asyncio.wait([queued], timeout=0)
    await minilm.aclose()
    await minilm.aclose()
    gate.set()
    assert len(await queued) == 1
    minilm.start()
    assert not minilm.ready
    with pytest.raises(StageError, match="not running"):
        await minilm.embed(["a"])


async def test_the_fake_is_deterministic_and_near_where_words_are_shared() -> None:
    """Its vectors are the same in every process."""
    fake = HashEmbedder(dim=64)
    assert fake.ready
    await fake.ping()
    first, again, close, far, *odd = await fake.embed(
        ["reset my password", "Reset my PASSWORD?", "reset my pin", "rain in Oslo", "", "\udc80"]
    )
    assert np.array_equal(first, again)
    assert all(np.linalg.norm(vector) == pytest.approx(1) for vector in (first, close, far, *odd))
    assert _cosine(first, close) > 0.4 > abs(_cosine(first, far))
    assert np.flatnonzero(first).tolist() == [13, 17, 18, 22, 40]
    await fake.aclose()


def test_the_fake_reads_as_many_words_as_it_says() -> None:
    """Its window is in words."""
    fake = HashEmbedder()
    assert fake.fits("word " * fake.window)
    assert not fake.fits("word " * (fake.window + 1))
