"""The store that forgets at once."""

import pytest

from warmlane.clock import ManualClock
from warmlane.model import Scope
from warmlane_stores.null import NullStore, open_url
from warmlane_stores.testing import a_row


async def test_nothing_is_kept() -> None:
    """A put row is a miss, counts as nothing, and no scan lists it."""
    store, row = NullStore(), a_row(vector=b"v")
    await store.put(row)

    assert await store.get(row.tenant, row.key) is None
    assert await store.delete(row.tenant, [row.key]) == 0
    assert await store.purge(Scope(tenant=row.tenant)) == 0
    assert [batch async for batch in store.scan(row.tenant)] == []


async def test_it_is_a_store_in_all_else(clock: ManualClock) -> None:
    """It pings, closes twice, and refuses an empty scope."""
    store = open_url("null://", clock)
    await store.ping()
    with pytest.raises(ValueError, match="scope"):
        await store.purge(Scope())
    await store.aclose()
    await store.aclose()
