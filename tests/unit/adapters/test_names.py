"""A name that a caller chose is told only where it is one."""

import pytest

from warmlane.adapters.names import OTHER, told


@pytest.mark.parametrize(
    "name", ["", "gpt-4o-mini-2024-07-18", "meta-llama/Llama-3.1-8B", "ft:gpt-4o:acme::9Xq", "claude-3-5-sonnet@2024"]
)
def test_a_model_name_is_told(name: str) -> None:
    """What vendors call their models passes."""
    assert told(name) == name


@pytest.mark.parametrize("name", ["my secret is", "a\nb", "x" * 101, "größe", "a\0b", '{"a":1}', "name\n"])
def test_anything_else_is_other(name: str) -> None:
    """A sentence, a line end, a blob: never told."""
    assert told(name) == OTHER
