"""What wording forbids a match by meaning, tested both ways: what must raise the alarm and what must not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmlane.events import NotNear
from warmlane.prompt import why_exact_only

TIMELY = [
    "What's the weather in Oslo?",
    "what is the current price of gold",
    "Who is the current president of France?",
    "What happened in the world today?",
    "I want to know what is happening in Lyon right now",
    "Is the museum open now?",
    "What time is it?",
    "what's the date?",
    "Which films come out this week?",
    "Who won the match last night?",
    "What is the latest version of Python?",
    "Show me the latest news",
    "What was announced 3 days ago?",
    "Are there flights to Rome tomorrow?",
    "What's on TV tonight",
    "bitcoin price",
    "euro to dollar exchange rate",
    "What is the best phone at the moment?",
    "What should I wear today? My coat is wet.",
    "Today’s headlines, please",
    "Is my train late right now?",
]

LASTING = [
    "What is the current through a 5 ohm resistor at 10 volts?",
    "Explain alternating current and direct current.",
    "Now write the same function in Rust.",
    "from now on answer in French",
    "How do I print the current working directory?",
    "How do I get the current time in Python?",
    "find all files modified yesterday",
    "SELECT NOW() returns what type?",
    "What is the time complexity of quicksort?",
    "How many days are in a leap year?",
    "I've had a sore knee since last week. What could it be?",
    "my son took the pills two years ago, is that harmful?",
    "What is the typical weather in Madrid in October?",
    "the latest possible date for Easter",
    "give me the latest flight from Boston to Denver",
    "Explain the plot of Apocalypse Now in a sentence of ten words",
    "What is a news agency?",
    "Why do ships weather storms?",
    "What is the rate of change of x squared?",
    "Who was president of France in 1995?",
    "at the latest, when must I file?",
    "What did people eat in the Middle Ages?",
]

PERSONAL = [
    "Write to jane.doe@example.com about the invoice",
    "is (mail:bob+tag@mail.example.co.uk) valid?",
    "My card is 4111 1111 1111 1111",
    "charge 5500-0000-0000-0004 please",
    "amex 378282246310005",
    "pay to DE89 3704 0044 0532 0130 00 is what I said",
    "iban gb82west12345698765432",
    "IBAN FR1420041010050500013M02606 PLEASE",
    "my SSN is 078-05-1120",
    "Who owns 203.0.113.9?",
    "block 10.1.2.3.",
    "call me on +44 20 7946 0958",
    "call me on +14155552671!",
    "(415) 555-2671 is my number",
    "reach Ann: 415-555-2671",
    "My phone number is 5552671",
    "ma ligne est le 06 12 34 56 78",
]

IMPERSONAL = [
    "What is 4111 1111 1111 1112 divided by 2?",  # fails Luhn's check
    "What is 1234567890123?",
    "Add 1000000 and 25000000",
    "The war of 1939-1945, and the one of 1914-1918",
    "Is 2024-01-15 a Monday?",
    "pi is 3.14159265358979",
    "upgrade from 1.2.3 to 1.2.4",
    "Which HTTP port does 127.0.0.1 use?",
    "mask 255.255.255.0",
    "git clone git@github.com:someone/something.git",
    "What does @property do in Python?",
    "DE89 3704 0044 0532 0130 02",  # fails ISO 13616's check
    "GB82WEST12345698",  # too short
    "ISBN 978-3-16-148410-0",
    "0101 0101 0101 0101 in decimal?",
    "continue the sequence 10 20 30 40 50 60 70",
    "version 10.0.19045.3803.1 of what?",
    "000-12-3456",
]


@pytest.mark.parametrize("text", TIMELY)
def test_what_depends_on_when_it_is_asked_is_matched_exactly(text: str) -> None:
    """Its answer is wrong tomorrow."""
    assert why_exact_only(text) is NotNear.TIME


@pytest.mark.parametrize("text", LASTING)
def test_what_only_sounds_timely_is_let_through(text: str) -> None:
    """A false alarm costs a hit."""
    assert why_exact_only(text) is None


@pytest.mark.parametrize("text", PERSONAL)
def test_what_names_a_person_is_matched_exactly(text: str) -> None:
    """Two people's cases differ in exactly this."""
    assert why_exact_only(text) is NotNear.PERSONAL


@pytest.mark.parametrize("text", IMPERSONAL)
def test_numbers_that_name_nobody_are_let_through(text: str) -> None:
    """Checksums and shapes tell a card or an account from a sum."""
    assert why_exact_only(text) is None


@pytest.mark.parametrize("text", ["", " ", "\n\t "])
def test_blank_text_has_no_meaning_to_match(text: str) -> None:
    """There is nothing to embed."""
    assert why_exact_only(text) is NotNear.TEXT


def test_what_is_too_long_to_look_through_is_matched_exactly() -> None:
    """Nothing unread passes for clean."""
    assert why_exact_only("x" * 32_768) is None
    assert why_exact_only("x" * 32_769) is NotNear.WINDOW


@pytest.mark.parametrize(
    "piece",
    ["1", "1 ", "4 ", "06 ", "a@", "a.", "+1", "0.", "DE89", "call ", "current a ", "is a ", "what's the time in "],
)
def test_hostile_text_of_the_longest_length_ends(piece: str) -> None:
    """Patterns look a bounded way ahead: the test's time limit would catch one that does not."""
    text = (piece * 32_768)[:32_768]
    assert why_exact_only(text) in {None, *NotNear}


@given(st.text())
def test_any_text_is_judged(text: str) -> None:
    """It never raises."""
    why_exact_only(text)
