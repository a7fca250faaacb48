"""The canonical form: one for what means the same, another for what does not."""

import json
import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmlane.canonical import Unreadable, canonical, read

pytestmark = pytest.mark.slow  # thousands of values; the unit tests have the telling ones

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NUMBERS = st.integers() | st.decimals(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)
OBJECTS = st.dictionaries(TEXT, VALUES, max_size=5)


class Spelling:
    """Writes one value in one of the many ways that JSON allows."""

    def __init__(self, seed: int) -> None:
        """The same seed spells the same way."""
        self._random = random.Random(seed)

    def value(self, value: Any) -> str:
        """Any value."""
        match value:
            case str():
                return self._text(value)
            case None | bool():
                return json.dumps(value)
            case int() | Decimal():
                return self._number(Decimal(value))
            case dict():
                members = [f"{self._text(name)}{self._space()}:{self.value(inner)}" for name, inner in value.items()]
                self._random.shuffle(members)
                return self._all("{", members, "}")
            case _:
                return self._all("[", [self.value(inner) for inner in value], "]")

    def _all(self, opening: str, parts: list[str], closing: str) -> str:
        inside = ",".join(f"{self._space()}{part}{self._space()}" for part in parts)
        return f"{self._space()}{opening}{inside}{closing}{self._space()}"

    def _space(self) -> str:
        return self._random.choice(["", "", " ", "\n", "\t \r"])

    def _text(self, text: str) -> str:
        return json.dumps(text, ensure_ascii=self._random.random() < 0.5)

    def _number(self, number: Decimal) -> str:
        sign, digits, exponent = number.as_tuple()
        zeros = self._random.randrange(4)
        mantissa = "".join(map(str, digits)).lstrip("0") or "0"
        shift = int(exponent) - zeros if mantissa != "0" else 0
        mantissa += "0" * zeros if mantissa != "0" else ""
        mark = self._random.choice(["e", "E"]) + self._random.choice(["", "+"] if shift >= 0 else [""])
        return f"{'-' if sign else ''}{mantissa}" + (f"{mark}{shift}" if shift or self._random.random() < 0.3 else "")


def typed(value: Any) -> Any:
    """A value that is equal to another only if JSON means the same: True is not 1, 1.0 is."""
    match value:
        case dict():
            return {name: typed(inner) for name, inner in value.items()}
        case list():
            return [typed(inner) for inner in value]
        case bool() | None | str():
            return (type(value).__name__, value)
        case _:
            return ("number", Decimal(str(value)))


def form(value: Any) -> bytes:
    """The canonical form of a Python value."""
    return canonical(read(Spelling(0).value(value).encode()))


@given(OBJECTS, st.integers(), st.integers())
def test_spelling_does_not_matter(value: dict[str, Any], one: int, other: int) -> None:
    """Order of names, spaces, escapes, exponents."""
    first, second = (read(Spelling(seed).value(value).encode()) for seed in (one, other))

    assert canonical(first) == canonical(second) == form(value)


@given(OBJECTS, OBJECTS)
def test_the_form_tells_values_apart(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Equal forms mean equal values, and the other way round."""
    assert (form(one) == form(other)) == (typed(one) == typed(other))


@given(OBJECTS, st.data())
def test_one_change_changes_the_form(value: dict[str, Any], data: st.DataObject) -> None:
    """Whatever member is replaced by whatever else."""
    name = data.draw(TEXT)
    changed = {**value, name: data.draw(VALUES)}

    assert (form(value) == form(changed)) == (typed(value) == typed(changed))


@given(OBJECTS)
def test_the_form_is_its_own_form(value: dict[str, Any]) -> None:
    """It is JSON, read back exactly."""
    text = form(value)

    assert typed(read(text)) == typed(value)
    assert canonical(read(text)) == text


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode(errors="surrogatepass")))
def test_anything_is_read_or_refused(body: bytes) -> None:
    """By one error, and what is read can be written; Python's own reader takes all that is read, and reads the same."""
    try:
        value = read(body)
    except Unreadable:
        return
    assert typed(json.loads(body, parse_float=Decimal)) == typed(value)
    assert canonical(value)
