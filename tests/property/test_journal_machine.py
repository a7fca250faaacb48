"""The journal, and the others, against a dict: whatever is done in whatever order."""

from pathlib import Path

import pytest
from hypothesis import settings

from warmlane.clock import Clock
from warmlane_stores.hot import HotStore, ScannableStore
from warmlane_stores.journal import Journal
from warmlane_stores.memory import MemoryStore
from warmlane_stores.testing import StoreMachine


class MemoryMachine(StoreMachine):
    """In RAM."""

    def make(self, root: Path, clock: Clock) -> ScannableStore:
        """A MemoryStore."""
        return MemoryStore(clock)


class JournalMachine(StoreMachine):
    """On the disk, also across restarts."""

    reopens = True

    def make(self, root: Path, clock: Clock) -> ScannableStore:
        """A Journal that sweeps between two steps now and then."""
        return Journal(root, clock, sweep_every=200)


class HotMachine(StoreMachine):
    """Memory that holds a part of a journal, also across restarts."""

    reopens = True

    def make(self, root: Path, clock: Clock) -> ScannableStore:
        """A HotStore with room for a few rows."""
        return HotStore(Journal(root, clock), 10_000, clock)


BUSY = settings(max_examples=25, stateful_step_count=30, deadline=None)

TestMemoryMachine = MemoryMachine.TestCase
TestMemoryMachine.settings = BUSY
TestJournalMachine = pytest.mark.slow(JournalMachine.TestCase)
TestJournalMachine.settings = BUSY
TestHotMachine = pytest.mark.slow(HotMachine.TestCase)
TestHotMachine.settings = BUSY
