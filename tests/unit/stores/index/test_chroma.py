"""Chroma as an index, when it fails; what it finds is in tests/contracts."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from warmlane.errors import StageError
from warmlane_stores.index.base import Matrix
from warmlane_stores.index.chroma import ChromaIndex, Collection
from warmlane_stores.testing import a_vector, digest


class Panic(BaseException):
    """What chromadb's Rust raises: no Exception."""


class Shelf:
    """A Collection in a dict, that can hang, panic or lie."""

    def __init__(self) -> None:
        """Sound and empty."""
        self.kept: dict[str, Matrix] = {}
        self.error: BaseException | None = None
        self.go = threading.Event()
        self.go.set()
        self.may_write = threading.Event()
        self.may_write.set()
        self.writes: list[int] = []
        self.is_blind = False
        self.is_closed = False

    def connect(self, name: str) -> tuple[Collection, Callable[[], None]]:
        """Itself, under any name."""
        assert name.startswith("warmlane-")
        return self, self.close

    def close(self) -> None:
        """Note that it was closed."""
        self.is_closed = True

    def upsert(self, *, ids: list[str], embeddings: Matrix) -> None:
        """Keep them."""
        self.may_write.wait()
        self._obey()
        self.writes.append(len(ids))
        self.kept |= dict(zip(ids, embeddings, strict=True))

    def delete(self, *, ids: list[str]) -> None:
        """Forget them."""
        self.may_write.wait()
        self._obey()
        for name in ids:
            del self.kept[name]

    def query(self, *, query_embeddings: Matrix, n_results: int, include: list[str]) -> dict[str, Any]:
        """The nearest."""
        self._obey()
        assert include == ["distances"]
        near = sorted((1 - float(v @ query_embeddings[0]) / float(np.linalg.norm(v)), n) for n, v in self.kept.items())
        near = [] if self.is_blind else near[:n_results]
        return {"ids": [[name for _, name in near]], "distances": [[distance for distance, _ in near]]}

    def _obey(self) -> None:
        self.go.wait()
        if self.error is not None:
            raise self.error


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    """A sound collection."""
    shelf = Shelf()
    yield shelf
    shelf.go.set()
    shelf.may_write.set()


async def filled(shelf: Shelf, count: int = 3, deadline: float = 30) -> ChromaIndex:
    """An index with some vectors, all of them in the collection."""
    index = ChromaIndex(deadline=deadline, connect=shelf.connect)
    await index.add([digest(f"{n}") for n in range(count)], np.stack([a_vector(1, n / 10) for n in range(count)]))
    await index.settle()
    return index


async def test_what_is_not_yet_written_is_found(shelf: Shelf) -> None:
    """Though the collection does not answer at all."""
    shelf.go.clear()
    index = ChromaIndex(connect=shelf.connect)
    await index.add([digest("x")], a_vector(1)[None])

    assert [name for name, _ in await index.search(a_vector(1), 3, 0.5)] == [digest("x")]
    assert len(index) == 1
    shelf.go.set()
    await index.aclose()


async def test_writes_gather_in_small_batches(shelf: Shelf) -> None:
    """At most a hundred at a time, since a write blocks reads; the first two are the canaries."""
    index = await filled(shelf, 250)

    assert shelf.writes == [2, 100, 100, 50]
    assert len(shelf.kept) == 250
    await index.aclose()


async def test_a_change_during_a_write_is_not_lost(shelf: Shelf) -> None:
    """Removed or replaced while its first vector was on the way into the collection."""
    index = await filled(shelf, 1)
    shelf.go.clear()
    await index.add([digest("removed"), digest("replaced")], np.stack([a_vector(1), a_vector(1)]))
    await turn()
    await index.remove([digest("removed")])
    await index.add([digest("replaced")], a_vector(0, 1)[None])
    shelf.go.set()
    await index.settle()

    assert sorted(shelf.kept) == sorted([digest("0").hex(), digest("replaced").hex()])
    assert [name for name, _ in await index.search(a_vector(0, 1), 9, 0.5)] == [digest("replaced")]
    assert len(index) == 2
    await index.aclose()


async def test_the_collections_old_vectors_are_hidden_until_they_are_gone(shelf: Shelf) -> None:
    """Replaced or removed, and the collection does not know it yet."""
    index = await filled(shelf, 3)
    shelf.may_write.clear()
    await index.add([digest("0")], a_vector(0, 1)[None])
    await index.remove([digest("1")])

    assert [name for name, _ in await index.search(a_vector(1), 9, 0.9)] == [digest("2")]
    assert [name for name, _ in await index.search(a_vector(0, 1), 1, 0.9)] == [digest("0")]
    assert len(index) == 2
    shelf.may_write.set()
    await index.settle()
    assert [name for name, _ in await index.search(a_vector(1), 9, 0.9)] == [digest("2")]
    assert len(index) == 2
    await index.aclose()


@pytest.mark.parametrize("error", [Panic("a panic with text"), RuntimeError("an error with text"), KeyboardInterrupt()])
async def test_whatever_a_search_raises_is_trouble_for_good(shelf: Shelf, error: BaseException) -> None:
    """A StageError without the text, at once and from then on."""
    index = await filled(shelf)
    shelf.error = error
    with pytest.raises(StageError) as caught:
        await index.search(a_vector(1), 3, 0.5)
    shelf.error = None

    assert "text" not in str(caught.value)
    assert index.in_trouble
    with pytest.raises(StageError):
        await index.search(a_vector(1), 3, 0.5)
    with pytest.raises(StageError):
        await index.add([digest("y")], a_vector(1)[None])
    await index.aclose()


async def test_a_write_that_fails_is_trouble(shelf: Shelf) -> None:
    """Though nobody waits for it."""
    index = await filled(shelf)
    shelf.error = Panic()
    await index.add([digest("x")], a_vector(1)[None])
    with pytest.raises(StageError):
        await index.settle()

    assert index.in_trouble
    await index.aclose()


async def test_a_late_answer_is_an_error_and_three_are_trouble(shelf: Shelf) -> None:
    """A search that hangs does not hold up its caller; one that is in time in between starts the count anew."""
    index = await filled(shelf, deadline=0.01)
    for late in (2, 3):
        shelf.go.clear()
        for _ in range(late):
            with pytest.raises(StageError, match="in time"):
                await index.search(a_vector(1), 3, 0.5)
        shelf.go.set()
        if not index.in_trouble:
            await in_time(index)

    assert index.in_trouble
    await index.aclose()


async def test_a_blind_canary_is_trouble(shelf: Shelf) -> None:
    """A collection that does not find what was put into it is not trusted with anything."""
    shelf.is_blind = True
    index = ChromaIndex(connect=shelf.connect)
    await index.add([digest("x")], a_vector(1)[None])
    with pytest.raises(StageError):
        await index.settle()

    assert index.in_trouble
    await index.aclose()
    assert shelf.is_closed


async def test_no_chromadb_is_trouble() -> None:
    """The extra is not installed: an ImportError is like any other failure."""

    def missing(name: str) -> tuple[Collection, Callable[[], None]]:
        raise ModuleNotFoundError(name)

    index = ChromaIndex(connect=missing)
    await index.add([digest("x")], a_vector(1)[None])
    with pytest.raises(StageError):
        await index.settle()
    await index.aclose()


async def test_not_a_number_never_reaches_the_collection(shelf: Shelf) -> None:
    """Chroma searches for NaN and finds something."""
    index = await filled(shelf)
    shelf.error = Panic()

    with pytest.raises(ValueError, match="direction"):
        await index.search(np.full(16, np.nan, dtype=np.float32), 3, 0.5)

    assert not index.in_trouble
    shelf.error = None
    await index.aclose()


@pytest.mark.slow
async def test_two_indexes_share_nothing_and_leave_nothing() -> None:
    """Chroma keeps one system per process: each index has a collection of its own, deleted when it closes."""
    import chromadb
    from chromadb.config import Settings

    client = chromadb.EphemeralClient(settings=Settings(anonymized_telemetry=False))
    one, two = ChromaIndex(deadline=30), ChromaIndex(deadline=30)
    await one.add([digest("x")], a_vector(1)[None])
    await two.add([digest("y")], a_vector(1)[None])
    await asyncio.gather(one.settle(), two.settle())
    assert client.count_collections() == 2

    await one.aclose()

    assert [name for name, _ in await two.search(a_vector(1), 9, 0.5)] == [digest("y")]
    await two.aclose()
    assert client.count_collections() == 0
    client.close()  # type: ignore[attr-defined]


async def turn() -> None:
    """Let what was started begin."""
    ready = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(ready.set_result, None)
    await ready


async def in_time(index: ChromaIndex) -> None:
    """One search with all the time that it needs."""
    index._deadline = 30
    await index.search(a_vector(1), 3, 0.5)
    index._deadline = 0.01
