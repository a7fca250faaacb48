"""The table of dialects."""

import pytest

from warmlane.dialects.base import Dialect
from warmlane.dialects.registry import DIALECTS


def test_each_is_under_its_own_name() -> None:
    """A route names a dialect; an event and a key hold the name."""
    assert [name for name, dialect in DIALECTS.items() if dialect.name != name] == []


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
def test_each_says_what_it_does(dialect: Dialect) -> None:
    """Traces name the operation as OpenTelemetry does."""
    assert dialect.operation in {"chat", "text_completion", "embeddings", "generate_content"}
