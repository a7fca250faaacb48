"""A store against a dict, by hypothesis."""

import asyncio
import tempfile
from abc import abstractmethod
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from warmlane.clock import Clock, ManualClock
from warmlane.model import Row, Scope
from warmlane_stores.hot import ScannableStore
from warmlane_stores.testing.values import START, a_row, digest

T = TypeVar("T")

_names = st.sampled_from("abcdef")
_tenants = st.sampled_from(["one", "two"])
_labels = st.lists(st.sampled_from("xyz"), max_size=2, unique=True).map(tuple)


class StoreMachine(RuleBasedStateMachine):
    """Any store against a dict: whatever is done in whatever order, both say the same.

    A subclass makes the store; one that survives a close also sets `reopens`. Run its `TestCase`.
    """

    reopens = False

    @abstractmethod
    def make(self, root: Path, clock: Clock) -> ScannableStore:
        """A store with room for everything, under `root`; again after a close, with the same folder."""

    @initialize()
    def open(self) -> None:
        """Start empty."""
        self.folder = tempfile.TemporaryDirectory(prefix="warmlane-")
        self.runner = asyncio.Runner()
        self.clock = ManualClock()
        self.store = self.make(Path(self.folder.name), self.clock)
        self.rows: dict[tuple[bytes, bytes], Row] = {}

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run `work` to its end on this machine's loop."""
        return self.runner.run(work)

    @rule(
        key=_names,
        tenant=_tenants,
        partition=_names,
        ttl=st.integers(1, 600),
        labels=_labels,
        size=st.integers(0, 9000),
    )
    def put(self, key: str, tenant: str, partition: str, ttl: int, labels: tuple[str, ...], size: int) -> None:
        """Put one."""
        ttl += int(self.clock.now()) - START
        row = a_row(
            key, tenant=tenant, partition=partition, ttl=ttl, labels=labels, answer=bytes(size), vector=bytes(size % 3)
        )
        self.run(self.store.put(row))
        self.rows[row.tenant, row.key] = row

    @rule(keys=st.lists(_names, max_size=3), tenant=_tenants)
    def delete(self, keys: list[str], tenant: str) -> None:
        """Delete some."""
        names = {(digest(tenant), digest(key)) for key in keys}
        expected = sum(name in self._live() for name in names)

        assert self.run(self.store.delete(digest(tenant), [digest(key) for key in keys])) == expected

        for name in names:
            self.rows.pop(name, None)

    @rule(
        tenant=st.none() | _tenants.map(digest),
        partition=st.none() | _names.map(digest),
        label=st.none() | st.sampled_from("xyz").map(digest),
    )
    def purge(self, tenant: bytes | None, partition: bytes | None, label: bytes | None) -> None:
        """Purge a scope."""
        scope = Scope(tenant=tenant, partition=partition, label=label)
        if scope == Scope():
            return
        doomed = {
            name
            for name, row in self.rows.items()
            if tenant in {None, row.tenant}
            and partition in {None, row.partition}
            and (label is None or label in row.labels)
        }
        expected = len(doomed & self._live().keys())

        assert self.run(self.store.purge(scope)) == expected

        for name in doomed:
            del self.rows[name]

    @rule(seconds=st.integers(0, 300))
    def wait(self, seconds: int) -> None:
        """Move the clock."""
        self.clock.advance(seconds)

    @precondition(lambda self: self.reopens)
    @rule()
    def reopen(self) -> None:
        """Close, and open the same again."""
        self.run(self.store.aclose())
        self.store = self.make(Path(self.folder.name), self.clock)

    @rule()
    def compare(self) -> None:
        """Every key says what the dict says, and a scan lists the live ones that have a vector."""
        live = self._live()
        for tenant in ("one", "two"):
            for key in "abcdef":
                name = (digest(tenant), digest(key))
                assert self.run(self.store.get(*name)) == live.get(name)
            expected = sorted(row.key for row in live.values() if row.tenant == digest(tenant) and row.vector)
            assert sorted(self.run(self._scan(digest(tenant)))) == expected

    def teardown(self) -> None:
        """Compare once more, close and clean up."""
        if not hasattr(self, "store"):
            return
        try:
            self.compare()
        finally:
            self.run(self.store.aclose())
            self.runner.close()
            self.folder.cleanup()

    def _live(self) -> dict[tuple[bytes, bytes], Row]:
        return {name: row for name, row in self.rows.items() if row.expires > self.clock.now()}

    async def _scan(self, tenant: bytes) -> list[bytes]:
        return [row.key async for batch in self.store.scan(tenant) for row in batch]
