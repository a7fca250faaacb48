"""Errors cross processes, and keep what they say."""

import inspect
import pickle

import pytest

from warmlane import errors
from warmlane.errors import WarmlaneError

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, WarmlaneError)]


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_survives_pickling(kind: type[WarmlaneError]) -> None:
    """What an actor raises, its caller catches: same type, same message, same fields."""
    error = kind("too much: {of} it", param="cache.ttl", retry_after=3)

    copy = pickle.loads(pickle.dumps(error))

    assert type(copy) is kind
    assert (copy.message, copy.param, copy.retry_after) == ("too much: {of} it", "cache.ttl", 3)
    assert (copy.status, copy.why, str(copy)) == (error.status, error.why, str(error))


@pytest.mark.parametrize("kind", KINDS)
def test_the_tree_names_every_error(kind: type[WarmlaneError]) -> None:
    """The tree in the docstring of errors.py is the whole tree."""
    assert kind.__name__ in (errors.__doc__ or "")


def test_every_leaf_has_a_name_of_its_own() -> None:
    """The name is a metric label and the code in the body: two errors must not share one."""
    leaves = [kind for kind in KINDS if not kind.__subclasses__() and kind.why is not WarmlaneError.why]

    assert len({kind.why for kind in leaves}) == len(leaves)
