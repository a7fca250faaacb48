"""How JSON grows from piece to piece of a stream.

Nothing is known of a field but its type, so that what a provider invents survives: strings grow, lists grow, objects
merge, anything else is replaced. The exceptions are names that say what a thing is, which providers repeat.
"""

from warmlane.model import Json, JsonObject

NAMING = frozenset({"id", "type", "role", "name", "index", "format"})
"""Strings that are said whole, never in pieces; only `name` may come in pieces all the same."""


class Malformed(ValueError):
    """These bytes are no answer. Its text says nothing of the content."""


_MIXED = "a field changes its type"


def merge(into: JsonObject, more: JsonObject) -> None:
    """Let `into` grow by `more`. Raises: Malformed."""
    for name, value in more.items():
        old = into.get(name)
        if old is None:
            into[name] = value
        elif value is None:
            continue
        elif isinstance(old, str) and isinstance(value, str):
            into[name] = _join(name, old, value)
        elif isinstance(old, list) and isinstance(value, list):
            _extend(old, value)
        elif isinstance(old, dict) and isinstance(value, dict):
            merge(old, value)
        elif isinstance(old, str | list | dict) or isinstance(value, str | list | dict):
            raise Malformed(_MIXED)
        else:
            into[name] = value


def _join(name: str, old: str, value: str) -> str:
    if name not in NAMING:
        return old + value
    if name == "name":
        return old if value == old else old + value
    return value or old


def _extend(old: list[Json], more: list[Json]) -> None:
    """Append, but go on with an item of an earlier chunk that has the same index, type and id."""
    before = len(old)
    for item in more:
        begun = None
        if isinstance(item, dict) and "index" in item:
            begun = next((other for other in old[:before] if _is_same(other, item)), None)
        if begun is None:
            old.append(item)
        else:
            merge(begun, item)


def _is_same(old: Json, item: JsonObject) -> bool:
    return (
        isinstance(old, dict)
        and old.get("index") == item["index"]
        and all(not item.get(name) or not old.get(name) or item[name] == old[name] for name in ("type", "id"))
    )
