"""What a purge reaches."""

import pytest

from warmlane.model import Scope
from warmlane_stores.scopes import reaches, require_some
from warmlane_stores.testing import a_row, digest

ROW = a_row(tenant="t", partition="p", labels=("x", "y"))


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(tenant=digest("t")), True),
        (Scope(partition=digest("p")), True),
        (Scope(label=digest("y")), True),
        (Scope(tenant=digest("t"), partition=digest("p"), label=digest("x")), True),
        (Scope(tenant=digest("t"), label=digest("z")), False),
        (Scope(tenant=digest("u"), label=digest("x")), False),
        (Scope(partition=b""), False),
    ],
)
def test_every_set_field_must_match(scope: Scope, *, expected: bool) -> None:
    """A field that is None says nothing; an empty one is a value like others."""
    assert reaches(scope, ROW) is expected


def test_an_empty_scope_is_refused() -> None:
    """It would reach everything."""
    with pytest.raises(ValueError, match="a scope names"):
        require_some(Scope())


def test_one_field_is_enough() -> None:
    """Whichever it is."""
    for scope in (Scope(tenant=b"t"), Scope(partition=b"p"), Scope(label=b"l")):
        require_some(scope)
