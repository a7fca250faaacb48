"""Other arithmetic has other results."""

import pytest

from warmlane.match.facts import Examiner
from warmlane.match.vetoes.operator import Operator

EXAMINER = Examiner([Operator()])

DIFFERENT = [
    ("What is (2+3)*4?", "What is 2+(3*4)?"),
    ("Evaluate 3 * (4 + 5)", "Evaluate 3 * 4 + 5"),
    ("What is 7 + 12?", "What is 7 - 12?"),
    ("What is 7 - 12?", "What is 12 - 7?"),
    ("x^2 - 5x + 6 = 0, solve for x", "x^2 + 5x + 6 = 0, solve for x"),
    ("three plus five", "three times five"),
    ("What is 20 divided by 4?", "What is 20 multiplied by 4?"),
    ("Divide 144 by 12", "Multiply 144 by 12"),
    ("Subtract 3 from 10", "Subtract 10 from 3"),
    ("movies for people over 18", "movies for people under 18"),
    ("files larger than 5 MB", "files smaller than 5 MB"),
    ("at least 3 courses", "at most 3 courses"),
    ("courses with 4 credits or more", "courses with 4 credits or less"),
    ("What is 5 squared?", "What is 5 cubed?"),
    ("solve 2x + 3 > 7", "solve 2x + 3 < 7"),
    ("What is 2 to the power of 5?", "What is 2 times 5?"),
    ("Was ist 6 mal 3?", "Was ist 6 geteilt durch 3?"),
    ("Filme für Kinder über 6", "Filme für Kinder unter 6"),
    ("Combien font 6 fois 3 ?", "Combien font 6 moins 3 ?"),
    ("Est-ce pour les moins de 12 ans ?", "Est-ce pour les plus de 12 ans ?"),
    ("¿Cuánto es 6 por 3?", "¿Cuánto es 6 menos 3?"),
    ("¿Cuánto es 10 dividido entre 2?", "¿Cuánto es 10 más 2?"),
    ("Quanto fa 6 per 3?", "Quanto fa 6 più 3?"),
    ("Quanto è 10 diviso 2?", "Quanto è 10 meno 2?"),
    ("Quanto é 6 vezes 3?", "Quanto é 6 mais 3?"),
    ("Hoeveel is 6 keer 3?", "Hoeveel is 6 min 3?"),
]

ALIKE = [
    ("What is 7 + 12?", "7+12 = ?"),
    ("What is 7 + 12?", "What is seven plus twelve?"),
    ("What is 7 + 12?", "12 + 7"),
    ("What is (2+3)*4?", "4 * (3 + 2)?"),
    ("What is 6 times 3?", "6 x 3 = ?"),
    ("What is 6 times 3?", "6×3?"),
    ("What is 6 divided by 3?", "6 / 3 = ?"),
    ("Divide 144 by 12", "What is 144 divided by 12?"),
    ("Subtract 3 from 10", "What is 10 minus 3?"),
    ("Add 3 and 5", "What is 3 + 5?"),
    ("What is 5 squared?", "What is 5^2?"),
    ("movies for people over 18", "movies for people older than 18"),
    ("files larger than 5 MB", "files above 5 MB"),
    ("How can I lose 20-30 kg?", "How can I lose 20 to 30 kg?"),
    ("Is it open 24/7?", "Is it open 24 hours?"),
    ("C++ and C# compared", "C++ or C#"),
    ("state-of-the-art models", "state of the art models"),
    ("at least 3 courses", "3 courses or more"),
    ("Was ist 6 mal 3?", "6 * 3 ist was?"),
    ("Combien font 6 fois 3 ?", "Combien font 3 fois 6 ?"),
    ("¿Cuánto es 6 por 3?", "¿Cuánto es 3 por 6?"),
    ("Quanto fa 6 più 3?", "Quanto fa 3 + 6?"),
    ("Quanto é 6 mais 3?", "Quanto é 3 mais 6?"),
    ("Hoeveel is 6 plus 3?", "Hoeveel is 3 + 6?"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_arithmetic_is_told_apart(one: str, other: str) -> None:
    """One sign changes everything, and hardly the embedding."""
    a, b = EXAMINER.read(one), EXAMINER.read(other)
    assert EXAMINER.objections(a, b)
    assert EXAMINER.objections(b, a)


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_a_sum_is_the_same_however_it_is_written(one: str, other: str) -> None:
    """In signs, in words, or as an order."""
    a, b = EXAMINER.read(one), EXAMINER.read(other)
    assert not EXAMINER.objections(a, b)
    assert not EXAMINER.objections(b, a)


@pytest.mark.parametrize(
    "text", ["(" * 3000 + "1+1", "1 + " * 900, "²³ ()", "- - 5 -", "x" * 5000, "3 squared of", "over"]
)
def test_nonsense_is_read_without_an_error(text: str) -> None:
    """A prompt can be anything."""
    assert EXAMINER.objections(EXAMINER.read(text), EXAMINER.read("What is 1 + 2?")) is not None
