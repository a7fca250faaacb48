"""The embedders that ship: MiniLM on onnxruntime, and a deterministic fake made of hashes."""

import asyncio
import hashlib
import re
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from warmlane.errors import ConfigError, Loading, StageError
from warmlane.model import Vector

MINILM = Path(__file__).parent.parent / "data" / "minilm"
"""Where the shipped model is."""

_DIM, _WINDOW = 384, 256
_MOST_PIECES = _WINDOW - 2  # all but [CLS] and [SEP]
_LONGEST_PIECE, _LONGEST_WORD = 18, 100  # characters: of a piece in the vocabulary, and of a word that is taken apart
_MOST_CHARACTERS = _MOST_PIECES * (_LONGEST_PIECE + 1)  # each piece with a space behind it
_UNSURE = re.compile(rf"[^ -~\t\n\r]|[!-~]{{{_LONGEST_WORD + 1}}}")


class _Model:
    """The loaded network. Calls may come from any thread; one runs on as many cores as it was loaded for."""

    def __init__(self, folder: Path, threads: int) -> None:
        """Import the runtime and read the files, which takes about 0.15 s; hence in the worker."""
        import onnxruntime
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._tokenizer.encode_special_tokens = True  # a prompt that says "[SEP]" is text like any other
        self._unknown = self._tokenizer.token_to_id("[UNK]")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # The arena never gives back what the longest text took; without it the speed is the same.
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.int8.onnx"), options, providers=["CPUExecutionProvider"]
        )

    def reads(self, text: str) -> bool:
        """Whether the window holds the text and every token of it is known."""
        ids = self._tokenizer.encode(text).ids
        return len(ids) <= _WINDOW and self._unknown not in ids

    def vectors(self, texts: Sequence[str]) -> list[Vector]:
        """Embed each text on its own. Raises: StageError.

        Not as one batch: activations are quantised over the whole batch, so that a text would get another vector in
        each company (cosine 0.992 to itself).
        """
        return [self._vector(text) for text in texts]

    def _vector(self, text: str) -> Vector:
        try:
            ids = self._tokenizer.encode(text).ids
            vector = self._run(ids) if len(ids) <= _WINDOW else None
        except Exception as error:  # noqa: BLE001 - the runtime's errors share no base, and their text may quote the prompt
            msg = f"embedding failed: {type(error).__name__}"
            raise StageError(msg) from None
        if vector is None:
            msg = "a text is longer than the window"
            raise StageError(msg)
        if vector.shape != (_DIM,) or not np.isfinite(vector).all():
            msg = "the model gave no unit vector"
            raise StageError(msg)
        return vector

    def _run(self, ids: list[int]) -> Vector:
        tokens = np.array([ids], np.int64)
        vector: Vector = self._session.run(
            ["embedding"], {"input_ids": tokens, "attention_mask": np.ones_like(tokens)}
        )[0][0]
        return vector


class OnnxEmbedder:
    """all-MiniLM-L6-v2 as int8, in one worker thread of its own: the event loop never waits for it.

    Work is done in the order it comes; what was cancelled while it queued is skipped. A text's vector depends on the
    text alone.
    """

    dim = _DIM
    window = _WINDOW

    def __init__(self, folder: Path = MINILM, *, threads: int = 1) -> None:
        """Load nothing yet; `threads` is how many cores one text may use. Raises: ConfigError, without the files."""
        try:
            digest = (folder / "digests.txt").read_text()[:8]
        except OSError:
            msg = f"the embedder's files are missing from {folder}: install warmlane anew, or run `make model`"
            raise ConfigError(msg) from None
        self.name = f"minilm-l6-v2-int8@{digest}"
        self._folder, self._threads = folder, threads
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="embedder")
        self._loading: Future[_Model] | None = None
        self._closed = False

    def start(self) -> None:
        """Begin to load in the worker and return at once; calling it twice is fine."""
        if self._loading is None and not self._closed:
            self._loading = self._worker.submit(_Model, self._folder, self._threads)

    async def loaded(self) -> None:
        """Wait until loading has ended, well or not. Raises: StageError where it never began or failed."""
        if self._loading is not None:
            await asyncio.wait([asyncio.wrap_future(self._loading)])
        self._model()

    @property
    def ready(self) -> bool:
        """Whether embed would serve now."""
        loading = self._loading
        return loading is not None and loading.done() and loading.exception() is None

    def fits(self, text: str) -> bool:
        """Whether the whole text is read: at most 256 tokens, none of them unknown.

        An unknown token (an emoji, a word of more than 100 characters) is a hole: texts that differ there have one
        vector. Most prompts need no tokenizer: printable ASCII of at most 254 characters fits, as every token takes at
        least one. A text of more than 4,826 characters or 254 words is said not to fit without looking, which is wrong
        only where most of it is blank or invisible. While the model loads, whatever needs the tokenizer does not fit.
        """
        if len(text) <= _MOST_PIECES and _UNSURE.search(text) is None:
            return True
        if len(text) > _MOST_CHARACTERS or len(text.split()) > _MOST_PIECES or not self.ready:
            return False
        try:
            return self._model().reads(text)
        except TypeError:  # how the tokenizer refuses a lone surrogate
            return False

    async def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        """One unit vector of shape (384,) per text, in order. Raises: StageError, also while loading."""
        model = self._model()
        return await asyncio.wrap_future(self._worker.submit(model.vectors, texts))

    async def ping(self) -> None:
        """Return when the model is loaded. Raises: StageError, which says why it is not."""
        self._model()

    async def aclose(self) -> None:
        """Take no more work, finish what is queued, let the thread end."""
        self._closed, self._loading = True, None
        self._worker.shutdown(wait=False)

    def _model(self) -> _Model:
        if self._closed or self._loading is None:
            msg = "the embedder is not running"
            raise StageError(msg)
        if not self._loading.done():
            msg = "the embedder is still loading"
            raise Loading(msg)
        if (error := self._loading.exception()) is not None:
            msg = f"the embedder failed to load: {type(error).__name__}"
            raise StageError(msg)
        return self._loading.result()


class NoEmbedder:
    """Where semantic matching is switched off: never ready."""

    name, dim, window = "none", 0, 0

    @property
    def ready(self) -> bool:
        """Never."""
        return False

    def fits(self, text: str) -> bool:  # noqa: ARG002 - the port's signature
        """Nothing does."""
        return False

    async def embed(self, texts: Sequence[str]) -> Sequence[Vector]:  # noqa: ARG002 - the port's signature
        """Raises: StageError, always."""
        msg = "semantic matching is switched off"
        raise StageError(msg)

    async def ping(self) -> None:
        """Nothing is wrong: it was meant to be off."""

    async def aclose(self) -> None:
        """Nothing is held."""


class HashEmbedder:
    """A deterministic fake: words and pairs of words are hashed into a unit vector.

    The same text has the same vector in every process; texts that share words are near, others far. Always ready.
    """

    window = 256

    def __init__(self, dim: int = 384) -> None:
        """Make vectors of shape (dim,)."""
        self.dim = dim
        self.name = f"hash-words-{dim}@1"

    @property
    def ready(self) -> bool:
        """Always."""
        return True

    def fits(self, text: str) -> bool:
        """Whether there are at most 256 words."""
        return len(_words(text)) <= self.window

    async def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        """One unit vector of shape (dim,) per text, in order."""
        return [self._vector(text) for text in texts]

    async def ping(self) -> None:
        """Nothing can be wrong."""

    async def aclose(self) -> None:
        """Nothing is held."""

    def _vector(self, text: str) -> Vector:
        words = _words(text) or [""]
        vector: np.ndarray[Any, np.dtype[np.float64]] = np.zeros(self.dim)
        for feature in (*words, *map(" ".join, pairwise(words))):
            digest = int.from_bytes(hashlib.blake2b(feature.encode(errors="replace"), digest_size=8).digest(), "little")
            # n words have 2n - 1 features, an odd number, which cannot cancel out to nothing
            vector[(digest >> 1) % self.dim] += 1 if digest & 1 else -1
        unit: Vector = (vector / np.linalg.norm(vector)).astype(np.float32)
        return unit


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())
