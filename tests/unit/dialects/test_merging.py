"""How JSON grows."""

from typing import Any

import pytest

from warmlane.dialects.merging import Malformed, merge


@pytest.mark.parametrize(
    ("old", "more", "expected"),
    [
        pytest.param({}, {"a": "x"}, {"a": "x"}, id="new"),
        pytest.param({"a": "x"}, {"a": "y"}, {"a": "xy"}, id="text"),
        pytest.param({"a": None}, {"a": "y"}, {"a": "y"}, id="after nothing"),
        pytest.param({"a": "x"}, {"a": None}, {"a": "x"}, id="nothing more"),
        pytest.param({"id": "x"}, {"id": "x"}, {"id": "x"}, id="id again"),
        pytest.param({"id": "x"}, {"id": ""}, {"id": "x"}, id="empty id"),
        pytest.param({"type": "x"}, {"type": "y"}, {"type": "y"}, id="other type"),
        pytest.param({"name": "get_"}, {"name": "time"}, {"name": "get_time"}, id="name in pieces"),
        pytest.param({"name": "get"}, {"name": "get"}, {"name": "get"}, id="name again"),
        pytest.param({"a": [1]}, {"a": [1, "x"]}, {"a": [1, 1, "x"]}, id="list"),
        pytest.param(
            {"a": [{"index": 0, "t": "x"}]},
            {"a": [{"index": 0, "t": "y"}]},
            {"a": [{"index": 0, "t": "xy"}]},
            id="item",
        ),
        pytest.param(
            {"a": [{"index": 0, "id": "p"}]},
            {"a": [{"index": 0, "id": "q"}]},
            {"a": [{"index": 0, "id": "p"}, {"index": 0, "id": "q"}]},
            id="another item",
        ),
        pytest.param({"a": {"b": "x"}}, {"a": {"b": "y", "c": 1}}, {"a": {"b": "xy", "c": 1}}, id="object"),
        pytest.param({"a": 1}, {"a": 2}, {"a": 2}, id="number"),
        pytest.param({"a": False}, {"a": True}, {"a": True}, id="flag"),
    ],
)
def test_growth(old: dict[str, Any], more: dict[str, Any], expected: dict[str, Any]) -> None:
    """By type; names that say what a thing is are repeated, not longer."""
    merge(old, more)

    assert old == expected


@pytest.mark.parametrize(("old", "more"), [("x", 1), ("x", ["y"]), ([1], {"b": 1}), ({"b": 1}, "x"), (1, "x")])
def test_what_changes_its_type_is_malformed(old: Any, more: Any) -> None:
    """It cannot be put together."""
    with pytest.raises(Malformed):
        merge({"a": old}, {"a": more})
