"""Vectors of texts, kept between runs: embedding is what takes long."""

import os
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np

from warmlane.adapters.embedders import OnnxEmbedder
from warmlane.model import Vector

_TOGETHER = 32
_CHUNK = 4_096
"""Texts after which what was embedded is kept, so that a run that is ended early is not for nothing."""


class Vectors:
    """Unit vectors by text; zeros for what the embedder does not read whole, which so is near to nothing."""

    def __init__(self, known: dict[bytes, Vector], dim: int) -> None:
        """Take vectors by the digest of their text."""
        self._known, self._dim = known, dim

    def of(self, texts: Sequence[str]) -> Vector:
        """An array of shape (n, dim). Raises: KeyError for a text that was not embedded."""
        return np.array([self._known[_digest(text)] for text in texts], dtype=np.float32).reshape(-1, self._dim)

    def cosine(self, a: str, b: str) -> float:
        """Of two texts. Raises: KeyError."""
        return float(self._known[_digest(a)] @ self._known[_digest(b)])


async def embedded(texts: Iterable[str], cache: Path) -> Vectors:
    """Vectors of `texts`, those in the folder `cache` taken from there, the others made and kept there."""
    embedder = OnnxEmbedder()
    path = cache / f"{embedder.name}.npz"
    known = _read(path)
    missing = {_digest(text): text for text in texts}
    missing = {digest: text for digest, text in missing.items() if digest not in known}
    wanted = sorted(missing, key=lambda digest: len(missing[digest]))  # alike lengths together are embedded fastest
    try:
        if wanted:
            embedder.start()
            await embedder.loaded()
        for start in range(0, len(wanted), _CHUNK):
            await _embed(embedder, {digest: missing[digest] for digest in wanted[start : start + _CHUNK]}, known)
            _keep(path, known)
    finally:
        await embedder.aclose()
    return Vectors(known, embedder.dim)


async def _embed(embedder: OnnxEmbedder, texts: dict[bytes, str], known: dict[bytes, Vector]) -> None:
    nothing = np.zeros(embedder.dim, dtype=np.float32)
    known.update({digest: nothing for digest, text in texts.items() if not embedder.fits(text)})
    fitting = [digest for digest in texts if digest not in known]
    for start in range(0, len(fitting), _TOGETHER):
        some = fitting[start : start + _TOGETHER]
        known.update(zip(some, await embedder.embed([texts[digest] for digest in some]), strict=True))


def _read(path: Path) -> dict[bytes, Vector]:
    if not path.exists():
        return {}
    with np.load(path, allow_pickle=False) as kept:
        digests, vectors = kept["digests"].tobytes(), kept["vectors"]
    return {digests[16 * row : 16 * row + 16]: vector for row, vector in enumerate(vectors)}


def _keep(path: Path, known: dict[bytes, Vector]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(f".{os.getpid()}.half.npz")
    digests = np.frombuffer(b"".join(known), dtype=np.uint8)
    np.savez(half, digests=digests, vectors=np.array(list(known.values()), dtype=np.float32))
    half.replace(path)


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
