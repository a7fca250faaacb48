"""The network: tokens of some texts in, unit vectors out."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from warmlane.adapters.embedders.device import CPU, CUDA, Device, providers_for
from warmlane.model import Vector

_log = logging.getLogger(__name__)

_NO_CUDA: Final = "CUDA was asked for and cannot be used (%s): texts are embedded on the processor"


class Network:
    """MiniLM, loaded. Calls may come from any thread; one runs on as many cores as it was loaded for.

    Texts that go in together do not change each other's vectors, but for the rounding of floats.
    """

    def __init__(self, folder: Path, *, threads: int, device: Device = "cpu", gpu_granted: bool = False) -> None:
        """Import the runtime and read the files, which takes about 0.15 s: not for the event loop.

        Where CUDA is missing although it was asked for there is one warning, and it runs on the processor.
        """
        import onnxruntime

        choice = providers_for(device, onnxruntime.get_available_providers(), gpu_granted=gpu_granted)
        session = _on_cuda(onnxruntime, folder, threads) if choice.is_cuda else None
        if choice.missed:
            _log.warning(_NO_CUDA, "this onnxruntime has none; the gpu extra brings one that has")
        self.is_cuda = session is not None
        self._session = session or _session(onnxruntime, folder / "cpu.onnx", threads, [CPU])

    def vectors(self, texts: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """One row per text, shape (texts, 384). Raises: whatever the runtime does."""
        found: Vector = self._session.run(["embedding"], _packed(texts))[0]
        return found


def _packed(texts: Sequence[Sequence[int]]) -> dict[str, NDArray[np.int64]]:
    """All tokens in a row, without padding, and where attention finds those of each text (`scripts/make_model.py`)."""
    lengths = np.array([len(text) for text in texts])
    longest = int(lengths.max())
    is_token = np.arange(longest) < lengths[:, np.newaxis]
    cells = np.flatnonzero(is_token)
    rows = np.full(is_token.shape, -1, np.int64)
    rows.ravel()[cells] = np.arange(len(cells))
    tokens = np.concatenate([np.array(text, np.int64) for text in texts])
    return {"tokens": tokens, "places": cells % longest, "rows": rows, "cells": cells}


def _on_cuda(onnxruntime: Any, folder: Path, threads: int) -> Any:
    """A session on the GPU; None where the runtime has CUDA but the machine has not, after a warning."""
    try:
        onnxruntime.preload_dlls()  # CUDA's libraries, where they were installed as packages
        session = _session(onnxruntime, folder / "cuda.onnx", threads, [CUDA, CPU])
    except Exception as error:  # noqa: BLE001 - the runtime's errors share no base
        _log.warning(_NO_CUDA, type(error).__name__)
        return None
    # Where a library of CUDA is missing the runtime itself goes on without, and says so in its list only.
    if session.get_providers()[0] == CUDA:
        return session
    _log.warning(_NO_CUDA, "a library or the GPU is missing")
    return None


def _session(onnxruntime: Any, graph: Path, threads: int, providers: list[str]) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4 if CUDA in providers else 3  # what goes wrong with CUDA is told here, once
    return onnxruntime.InferenceSession(str(graph), options, providers=providers)
