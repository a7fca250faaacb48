"""What is kept opens only with the caller's own key and this gateway's pepper, in the place it was sealed for."""

import msgspec
import numpy as np
import pytest

from samples import NOW, OTHER_SECRET, PEPPER, SECRET, a_caller, an_entry
from warmlane.model import Row, Vector
from warmlane.seal import (
    EXPIRY_STEP,
    Callers,
    Labels,
    Tampered,
    derive,
    is_guessable,
    label,
    open_entry,
    open_vector,
    padded_length,
    seal,
)

KEY, PARTITION = b"k" * 16, b"p" * 16
CALLER = a_caller()


def a_vector(dim: int = 384) -> Vector:
    """A unit vector."""
    vector = np.arange(1, dim + 1, dtype=np.float32)
    unit: Vector = vector / np.linalg.norm(vector)
    return unit


def a_row() -> Row:
    """An entry with a vector, sealed."""
    return seal(CALLER, KEY, an_entry(), partition=PARTITION, vector=a_vector(), labels=(b"l" * 16,))


def test_the_caller_opens_what_was_sealed_for_them() -> None:
    """All of it, unchanged."""
    row = a_row()

    assert open_entry(CALLER, row) == an_entry()
    assert (row.tenant, row.key, row.partition, row.labels) == (CALLER.tenant, KEY, PARTITION, (b"l" * 16,))


def test_a_vector_opens_with_its_own_key_alone() -> None:
    """A store that searches is given the vector key, which opens no answer."""
    row = a_row()
    found = open_vector(CALLER.vector_key, row)

    assert found.dtype == np.float32
    assert np.dot(found, a_vector()) == pytest.approx(1.0, abs=1e-3)
    with pytest.raises(Tampered):
        open_vector(CALLER.entry_key, row)
    with pytest.raises(Tampered):
        open_entry(msgspec.structs.replace(CALLER, entry_key=CALLER.vector_key), row)


def test_without_a_vector_there_is_none_to_find() -> None:
    """An exact entry says nothing of its meaning."""
    row = seal(CALLER, KEY, an_entry())

    assert (row.vector, row.partition, row.labels) == (b"", b"", ())


@pytest.mark.parametrize(
    "caller",
    [a_caller(OTHER_SECRET), derive(bytes(32), SECRET, "openai", "default"), derive(PEPPER, SECRET, "groq", "default"),
     derive(PEPPER, SECRET, "openai", "other")],
)  # fmt: skip
def test_nobody_else_opens_it(caller: object) -> None:
    """Another key, pepper, provider or lane is another caller: even one who claims the row."""
    with pytest.raises(Tampered):
        open_entry(caller, a_row())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {"tenant": b"u" * 16},
        {"key": b"j" * 16},
        {"expires": int(NOW) + 10 * EXPIRY_STEP},
        {"answer": b""},
        {"answer": b"short"},
        {"answer": bytes(200)},
    ],
)
def test_a_row_that_was_changed_does_not_open(change: dict[str, object]) -> None:
    """Moved to another tenant, key or expiry, or other bytes: whoever writes to the disk gains nothing."""
    row = msgspec.structs.replace(a_row(), **change)

    with pytest.raises(Tampered):
        open_entry(CALLER, row)
    with pytest.raises(Tampered):
        open_vector(CALLER.vector_key, msgspec.structs.replace(row, vector=row.answer))


def test_every_bit_is_authenticated() -> None:
    """One flipped anywhere is noticed."""
    row = a_row()
    for at in range(0, len(row.answer), 17):
        changed = bytearray(row.answer)
        changed[at] ^= 1
        with pytest.raises(Tampered):
            open_entry(CALLER, msgspec.structs.replace(row, answer=bytes(changed)))


def test_an_entry_of_another_version_does_not_open() -> None:
    """What does not decode is treated like what does not decrypt: a miss, no crash."""

    class Other(msgspec.Struct):
        expires: float = NOW

    row = seal(CALLER, KEY, Other())  # type: ignore[arg-type] # that is the point
    with pytest.raises(Tampered, match="version"):
        open_entry(CALLER, row)


def test_the_clear_part_of_a_row_tells_little() -> None:
    """No text, no model; the expiry is rounded up, so that it does not tell when the row was made."""
    text = b"a very secret answer"
    row = seal(CALLER, KEY, an_entry(text, expires=NOW + 1))

    assert row.expires % EXPIRY_STEP == 0
    assert NOW + 1 <= row.expires < NOW + 1 + EXPIRY_STEP
    assert text not in row.answer
    assert b"gpt-4o" not in row.answer
    assert seal(CALLER, KEY, an_entry(text, expires=NOW + 1)).answer != row.answer


def test_lengths_say_only_a_size_class() -> None:
    """Padmé: answers of nearly the same length have the same sealed length."""
    sizes = {len(seal(CALLER, KEY, an_entry(np.random.default_rng(1).bytes(n))).answer) for n in range(4000, 4020)}

    assert len(sizes) <= 2


@pytest.mark.parametrize(("size", "padded"), [(0, 0), (1, 1), (2, 2), (9, 10), (100, 104), (1000, 1024)])
def test_padding_is_at_most_an_eighth(size: int, padded: int) -> None:
    """Nikitin et al., PETS 2019, §4.1, with the values of its definition."""
    assert padded_length(size) == padded


@pytest.mark.parametrize(
    ("secret", "guessable"),
    [
        (b"", True),
        (b"ollama", True),
        (b"sk-local", True),
        (b"sk-0123456789abcdef", True),
        (b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", True),
        (b"0101010101010101010101010101010101", True),
        (SECRET, False),
        (b"gsk_0aB1cD2eF3gH4iJ5kL6mN7oP8qR9", False),
    ],
)
def test_a_key_that_could_be_found_by_trying(secret: bytes, *, guessable: bool) -> None:
    """Under 20 characters or of few different ones: its entries stay in RAM."""
    assert is_guessable(secret) is guessable
    assert derive(PEPPER, secret, "openai", "default").durable is not guessable


def test_durability_can_be_decided_by_whoever_derives() -> None:
    """A shared tenant is not a secret at all."""
    assert derive(PEPPER, b"", "demo", "default", durable=True).durable
    assert not derive(PEPPER, SECRET, "demo", "default", durable=False).durable


def test_a_caller_is_the_same_whenever_they_come() -> None:
    """Derived, not stored: after a restart too."""
    assert derive(PEPPER, SECRET, "openai", "default") == CALLER
    parts = [CALLER.tenant, CALLER.index_key, CALLER.entry_key, CALLER.vector_key]
    assert len({part[:16] for part in parts}) == 4
    assert [len(part) for part in parts] == [16, 32, 32, 32]


def test_callers_are_remembered_without_their_secrets() -> None:
    """As `derive`, each time; the secret is in no field of what is held."""
    callers = Callers(PEPPER, limit=2)
    first = callers.derive(SECRET, "openai", "default")

    assert first == CALLER
    assert callers.derive(SECRET, "openai", "default") is first
    assert SECRET not in repr(vars(callers)).encode()
    assert callers.derive(SECRET, "groq", "default").tenant != first.tenant
    assert callers.derive(SECRET, "openai", "other").tenant != first.tenant


def test_the_caller_seen_longest_ago_is_forgotten() -> None:
    """Bounded; a forgotten one is derived again, to the same."""
    callers = Callers(PEPPER, limit=2)
    one, two = callers.derive(b"one", "p", "l"), callers.derive(b"two", "p", "l")
    assert callers.derive(b"one", "p", "l") is one
    callers.derive(b"three", "p", "l")

    assert callers.derive(b"one", "p", "l") is one
    again = callers.derive(b"two", "p", "l")
    assert again is not two
    assert again == two


def test_a_label_needs_the_pepper() -> None:
    """An operator can compute it; whoever has only the disk can test no guess. Kinds do not meet."""
    one = label(PEPPER, "model", "gpt-4o")

    assert len(one) == 16
    assert label(PEPPER, "model", "gpt-4o") == one
    assert label(bytes(32), "model", "gpt-4o") != one
    assert label(PEPPER, "tag", "gpt-4o") != one
    assert label(PEPPER, "model", "gpt-4") != one


def test_labels_are_remembered_and_bounded() -> None:
    """The same as without remembering, however many there are."""
    labels = Labels(PEPPER, limit=2)
    said = [("tag", str(n)) for n in (1, 2, 3, 1, 2, 3, 3)]

    assert [labels.label(*one) for one in said] == [label(PEPPER, *one) for one in said]
    assert labels.label("tag", "1") is labels.label("tag", "1")
