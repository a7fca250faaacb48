"""all-MiniLM-L6-v2 on onnxruntime, in a worker thread of its own."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

import numpy as np

from warmlane.adapters.embedders.batching import Batcher, Limits, Tokens
from warmlane.adapters.embedders.device import Device
from warmlane.adapters.embedders.network import Network
from warmlane.adapters.embedders.pieces import MINILM, Pieces
from warmlane.adapters.telemetry import NullTracer
from warmlane.clock import Clock, SystemClock
from warmlane.errors import Loading, StageError
from warmlane.model import Vector
from warmlane.ports import Tracer

_CLOCK: Final = SystemClock()

_CUDA_CELLS: Final = 16_384
"""A processor has enough to do with eight short texts, whose activations still fit its cache; a GPU has not."""


class OnnxEmbedder:
    """MiniLM as integers: the event loop never waits for it, and what asks together is embedded together.

    What was cancelled while it queued is skipped. A text's vector depends on the text alone, but for the rounding of
    floats.
    """

    dim = Pieces.dim
    window = Pieces.window

    def __init__(
        self,
        folder: Path = MINILM,
        *,
        threads: int = 1,
        device: Device = "cpu",
        gpu_granted: bool = False,
        limits: Limits | None = None,
        clock: Clock = _CLOCK,
        tracer: Tracer | None = None,
    ) -> None:
        """Load nothing yet; `threads` is how many cores a run may use. Raises: ConfigError, without the files."""
        self._pieces = Pieces(folder)
        self.name = self._pieces.name
        self._folder, self._threads, self._device, self._gpu_granted = folder, threads, device, gpu_granted
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="embedder")
        self._batcher = Batcher(self._run, self._worker, limits or Limits(), clock=clock, tracer=tracer or NullTracer())
        self._loading: Future[Network] | None = None
        self._found: Network | None = None
        self._closed = False

    def start(self) -> None:
        """Begin to load in the worker and return at once; calling it twice is fine."""
        if self._loading is None and not self._closed:
            self._loading = self._worker.submit(self._load)

    async def loaded(self) -> None:
        """Wait until loading has ended, well or not. Raises: StageError where it never began or failed."""
        if self._loading is not None:
            await asyncio.wait([asyncio.wrap_future(self._loading)])
        self._require_loaded()

    @property
    def ready(self) -> bool:
        """Whether embed would serve now."""
        loading = self._loading
        return loading is not None and loading.done() and loading.exception() is None

    @property
    def backlog(self) -> float:
        """Seconds until a text that asks now is likely to begin."""
        return self._batcher.backlog

    def fits(self, text: str) -> bool:
        """Whether the whole text is read: at most 256 tokens, none of them unknown. Pieces.fits says more."""
        return self._pieces.fits(text)

    async def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        """One unit vector of shape (384,) per text, in order.

        Raises: StageError, also while loading, for a text that is longer than the window, and at once where more waits
        than there is time for.
        """
        self._require_loaded()
        asked = self._batcher.ask([self._pieces.of(text) for text in texts])
        vectors = await asyncio.gather(*asked)
        if not all(map(_is_vector, vectors)):
            msg = "the model gave no unit vector"
            raise StageError(msg)
        return vectors

    async def ping(self) -> None:
        """Return when the model is loaded. Raises: StageError, which says why it is not."""
        self._require_loaded()

    async def aclose(self) -> None:
        """Take no more work, finish what is queued, let the thread end."""
        self._closed, self._loading = True, None
        self._batcher.close()

    # These two are called in the worker.

    def _load(self) -> Network:
        self._pieces.load()
        self._found = Network(self._folder, threads=self._threads, device=self._device, gpu_granted=self._gpu_granted)
        if self._found.is_cuda:
            self._batcher.widen(_CUDA_CELLS)
        return self._found

    def _run(self, texts: Sequence[Tokens]) -> Sequence[Vector]:
        assert self._found is not None
        return list(self._found.vectors(texts))

    def _require_loaded(self) -> None:
        if self._closed or self._loading is None:
            msg = "the embedder is not running"
            raise StageError(msg)
        if not self._loading.done():
            msg = "the embedder is still loading"
            raise Loading(msg)
        if (error := self._loading.exception()) is not None:
            msg = f"the embedder failed to load: {type(error).__name__}"
            raise StageError(msg)


def _is_vector(vector: Vector) -> bool:
    return vector.shape == (OnnxEmbedder.dim,) and bool(np.isfinite(vector).all())
