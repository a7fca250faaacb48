"""The embedder that is none."""

import pytest

from warmlane.adapters.embedders import NoEmbedder
from warmlane.errors import StageError


async def test_it_does_nothing_and_nothing_is_wrong_with_it() -> None:
    """It was meant to be off."""
    none = NoEmbedder()
    assert not none.ready
    assert not none.fits("a")
    with pytest.raises(StageError, match="switched off"):
        await none.embed(["a"])
    await none.ping()
    await none.aclose()
