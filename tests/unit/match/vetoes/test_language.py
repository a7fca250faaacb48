"""Who wants French wants no Italian."""

import pytest

from warmlane.match.facts import Examiner
from warmlane.match.vetoes.language import Language

EXAMINER = Examiner([Language()])

DIFFERENT = [
    ("How do you say hello in French?", "How do you say hello in Italian?"),
    ("Translate 'good night' to Spanish", "Translate 'good night' to Portuguese"),
    ("What is the German word for butterfly?", "What is the Dutch word for butterfly?"),
    ("Translate this text into English", "Translate this text into French"),
    ("Translate 'hund' from German", "Translate 'hund' from Danish"),
    ("Is Russian hard to learn?", "Is Japanese hard to learn?"),
    ("Best French recipes", "Best Greek recipes"),
    ("write a poem in polish", "write a poem in czech"),
    ("How do I say 'shoe' in Polish?", "How do I say 'shoe' in Hungarian?"),
    ("Chinese alphabet", "Korean alphabet"),
    ("Count to ten", "Count to ten in Swahili"),
    ("How many people speak Hindi?", "How many people speak Urdu?"),
    ("translate hello to brazilian portuguese", "translate hello to portuguese"),
    ("Wie sagt man Danke auf Spanisch?", "Wie sagt man Danke auf Italienisch?"),
    ("Übersetze den Text ins Englische", "Übersetze den Text ins Französische"),
    ("Comment dit-on merci en allemand ?", "Comment dit-on merci en anglais ?"),
    ("Traduis le texte en espagnol", "Traduis le texte en italien"),
    ("¿Cómo se dice gracias en inglés?", "¿Cómo se dice gracias en francés?"),
    ("Traduce la frase al alemán", "Traduce la frase al italiano"),
    ("Come si dice grazie in inglese?", "Come si dice grazie in tedesco?"),
    ("Traduci la frase in francese per me", "Traduci la frase in spagnolo per me"),
    ("Como se diz obrigado em inglês?", "Como se diz obrigado em francês?"),
    ("谢谢用法语怎么说?", "谢谢用德语怎么说?"),
]

ALIKE = [
    ("How do you say hello in French?", "What is the French word for hello?"),
    ("How do you say hello in French?", "Translate hello from English to French"),
    ("Give the French equivalent of the English word 'cat'", "Translate 'cat' into French"),
    ("What does the German phrase 'wie geht es dir' mean?", "Translate 'wie geht es dir' from German"),
    ("Translate 'bonjour' from French to English", "What does 'bonjour' mean in English?"),
    ("How do I use a French press?", "How do I use a french press to make coffee?"),
    ("french press instructions", "how to make coffee with a press pot"),
    ("How do I polish silver?", "What is the best way to polish silverware?"),
    ("How to polish shoes", "Polish shoes: how to"),
    ("Recipe for Danish pastry", "danish pastry recipe"),
    ("Write a French poem about rain", "Write a poem about rain in French"),
    ("Say 'thank you' in Mandarin", "How do you say 'thank you' in Chinese?"),
    ("Is Persian difficult to learn?", "Is it hard to learn Farsi?"),
    ("Was Napoleon French or Corsican?", "was napoleon french or was he corsican"),
    ("Wie sagt man Danke auf Spanisch?", "Was heißt Danke auf Spanisch?"),
    ("Wie heißt das spanische Wort für Danke?", "Was ist Danke auf Spanisch?"),
    ("Comment dit-on merci en allemand ?", "Quel est le mot allemand pour merci ?"),
    ("¿Cómo se dice gracias en inglés?", "¿Cuál es la palabra inglesa para gracias?"),
    ("Come si dice grazie in inglese?", "Come si dice in inglese la parola grazie?"),
    ("谢谢用法语怎么说?", "用法语怎么说谢谢?"),
    ("谢谢用法语怎么说?", "谢谢的法文是什么?"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_languages_are_told_apart(one: str, other: str) -> None:
    """Their names are near to an embedder, and their answers are not."""
    a, b = EXAMINER.read(one), EXAMINER.read(other)
    assert EXAMINER.objections(a, b)
    assert EXAMINER.objections(b, a)


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_the_same_language_is_named_in_many_ways(one: str, other: str) -> None:
    """And what is called after a nation is no language."""
    assert not EXAMINER.objections(EXAMINER.read(one), EXAMINER.read(other))
