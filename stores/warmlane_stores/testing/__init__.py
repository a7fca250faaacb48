"""The laws of the ports as test classes: subclass one, write `make`, and pytest runs every law against yours.

    class TestMine(StoreContract):
        def make(self, root: Path, clock: Clock) -> Store:
            return MyStore(root, clock)

Needs pytest, pytest-asyncio (`asyncio_mode = "auto"`) and, for the machine, hypothesis.
"""

from warmlane_stores.testing.counters import CountersContract
from warmlane_stores.testing.indexes import VectorIndexContract
from warmlane_stores.testing.machine import StoreMachine
from warmlane_stores.testing.nears import NearStoreContract
from warmlane_stores.testing.quotas import QuotaContract
from warmlane_stores.testing.stores import ScannableContract, StoreContract
from warmlane_stores.testing.values import a_probe, a_row, a_sealed, a_vector, digest

__all__ = [
    "CountersContract",
    "NearStoreContract",
    "QuotaContract",
    "ScannableContract",
    "StoreContract",
    "StoreMachine",
    "VectorIndexContract",
    "a_probe",
    "a_row",
    "a_sealed",
    "a_vector",
    "digest",
]
