"""Where answers are kept."""

import msgspec

from samples import a_caller
from warmlane.caches import Caches
from warmlane.clock import ManualClock
from warmlane_stores.memory import MemoryStore


def test_a_caller_whose_key_could_be_guessed_is_kept_in_ram_only(clock: ManualClock) -> None:
    """With the disk and the pepper such a key is found by trying: nothing of theirs is written to a disk."""
    durable, volatile = MemoryStore(clock), MemoryStore(clock)
    caches = Caches(durable=durable, volatile=volatile)  # type: ignore[arg-type] # which of them, is all that matters

    assert caches.of(a_caller()) is durable
    assert caches.of(a_caller(b"ollama")) is volatile
    assert caches.of(msgspec.structs.replace(a_caller(), durable=False)) is volatile
