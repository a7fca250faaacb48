"""Which texts are one and which are two: the second list matters more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmlane.match.normalise import normalise

ONE = [
    ("What is the capital of France?", "what is the capital of france"),
    ("What is the capital of France?", "  What is  the capital of France ?"),
    ("What is the capital of France?", "WHAT IS THE CAPITAL OF FRANCE???"),
    ("What is the capital of France?", "What’s the capital of France"),
    ("What is the capital of France?", "Please, what is the capital of France?"),
    ("What is the capital of France?", "Hi, what's the capital of France?"),
    ("What is the capital of France?", "Hello what is the capital of France? Thanks!"),
    ("What is the capital of France?", "Tell me what is the capital of France, please."),
    ("What is the capital of France?", "I'd like to know what is the capital of France."),
    ("What is the capital of France?", "hey can you tell me: what is the capital of France?"),
    ("Why can't cats swim?", "why can not cats swim"),
    ("Why don't cats swim?", "Why do not cats swim"),
    ("Explain how a heat pump works.", "Can you explain how a heat pump works?"),
    ("Explain how a heat pump works.", "could you kindly explain how a heat pump works"),
    ("List the largest lakes in Sweden", "list the largest lakes in Sweden please"),
    ('Define "Entropy" in one line', 'please define "Entropy" in one line.'),
    ("Copy /etc/Hosts to /tmp", "please Copy /etc/Hosts to /tmp"),
    ("May I use a knife here?", "may I use a knife here"),
]

TWO = [
    # code
    ("What does `ls -L` do?", "What does `ls -l` do?"),
    ("run grep -V", "run grep -v"),
    ("explain x = Y", "explain x = y"),
    ("explain f(a)  b", "explain f(a) b"),
    ("What is in /Tmp?", "what is in /tmp?"),
    ("what does getName do", "what does getname do"),
    ("fix this:\n  a\nb", "fix this:\na\nb"),
    ("why does print(‘x’) fail in Python", "why does print('x') fail in Python"),
    ("open README_FIRST", "open readme_first"),
    # quotations
    ('Is "Mercury" capitalised?', 'Is "mercury" capitalised?'),
    ('Translate "Please" into Dutch', 'Translate "please" into Dutch'),
    ("how long is 'a  b'", "how long is 'a b'"),
    # letters, signs and spaces
    ("How many letters are upper case in HeLLo", "How many letters are upper case in Hello"),
    ("what does the operator ?? do, explain ??", "what does the operator ?? do, explain ?"),
    ("explain the glob ab?", "explain the glob ab"),
    ("What is 5!", "What is 5?"),
    ("What is n!", "What is n"),
    ("What is 2⁵?", "What is 25?"),
    ("I went to the...", "I went to the"),
    ("is it -5 or so", "is it 5 or so"),
    # words that are asked about
    ("What is the French for please", "What is the French for"),
    ("How do you say yes, please", "How do you say yes"),
    ("Please in German", "in German"),
    ("how do I reply thanks", "how do I reply"),
    ("Hello world in Python", "world in Python"),
    ("Hello, Goodbye lyrics and their story", "Goodbye lyrics and their story"),
    # two senses
    ("what is a Polish sausage", "what is a polish sausage"),
    ("what does US mean", "what does us mean"),
    ("who is WHO", "who is who"),
    ("how do I open Windows", "how do I open windows"),
    ("What is G?", "What is g?"),
    ("Convert 5 MW to watts", "Convert 5 mW to watts"),
    ("How many Mb are in a MB", "How many MB are in a Mb"),
    ("Was heißt Weg auf Englisch: Wége", "was heißt weg auf Englisch: wége"),
    # ability and request
    ("Do you know French?", "Tell me French"),
    ("Can you swim?", "swim"),
    ("Would you describe yourself as happy?", "describe yourself as happy"),
    # plainly other
    ("What is the capital of France?", "What is the capital of Spain?"),
    ("Is it safe?", "Isn't it safe?"),
    ("it's safe", "its safe"),
]


@pytest.mark.parametrize(("one", "other"), ONE)
def test_the_same_words_have_one_form(one: str, other: str) -> None:
    """Case, spacing, end punctuation, politeness and contractions do not count."""
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(("one", "other"), TWO)
def test_what_asks_something_else_keeps_its_form(one: str, other: str) -> None:
    """No rule may join two questions."""
    assert normalise(one) != normalise(other)


@pytest.mark.parametrize("text", ["", " ", "?", "…", "Ok", "please", "thanks!", "hi", "??"])
def test_a_text_is_never_normalised_away(text: str) -> None:
    """Otherwise all of them would be one."""
    assert len({normalise(text), ""}) == (2 if text else 1)


def test_a_very_long_text_is_its_own_form() -> None:
    """It is only compared as it is."""
    text = "What is this? " * 1_000
    assert normalise(text) == text


@pytest.mark.parametrize("piece", ["'a ", '"', "hi, ", "?", "(", "so, ", " ", "please "])
def test_hostile_text_of_the_longest_length_ends(piece: str) -> None:
    """Patterns look a bounded way ahead: the test's time limit would catch one that does not."""
    assert normalise((piece * 8_192)[:8_192])


@given(st.text(min_size=1))
def test_no_text_is_lost(text: str) -> None:
    """Every text has a form, and a form that is not empty."""
    assert normalise(text)


@given(
    st.lists(
        st.sampled_from(["what", "is", "the", "Capital", "of", "France", "why", "does", "it", "rain", "In", "OSLO"]),
        min_size=4,
    )
)
def test_a_form_is_its_own_form(words: list[str]) -> None:
    """Normalising twice changes nothing more."""
    once = normalise(" ".join(words))
    assert normalise(once) == once
