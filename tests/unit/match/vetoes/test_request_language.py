"""Who asks in another language is answered in it."""

import pytest

from warmlane.match.facts import Examiner
from warmlane.match.vetoes.request_language import RequestLanguage

EXAMINER = Examiner([RequestLanguage()])

DIFFERENT = [
    ("What is the capital of Peru?", "Was ist die Hauptstadt von Peru?"),
    ("What is the capital of Peru?", "Quelle est la capitale du Pérou ?"),
    ("What is the capital of Peru?", "¿Cuál es la capital de Perú?"),
    ("What is the capital of Peru?", "Qual è la capitale del Perù?"),
    ("What is the capital of Peru?", "Qual é a capital do Peru?"),
    ("What is the capital of Peru?", "Wat is de hoofdstad van Peru?"),
    ("How do I say thank you?", "Comment est-ce que je dis merci ?"),
    ("How big is Texas?", "wie gross ist texas"),
    ("Why is the sky blue?", "Pourquoi le ciel est-il bleu ?"),
    ("Write a poem about the sea", "Schreib mir ein Gedicht über das Meer"),
    ("Where is the Eiffel Tower?", "Где находится Эйфелева башня?"),
    ("Where is the Eiffel Tower?", "Πού είναι ο Πύργος του Άιφελ;"),
    ("Where is the Eiffel Tower?", "أين يقع برج إيفل؟"),
    ("Where is the Eiffel Tower?", "איפה נמצא מגדל אייפל?"),
    ("Where is the Eiffel Tower?", "एफिल टॉवर कहाँ है?"),
    ("Where is the Eiffel Tower?", "หอไอเฟลอยู่ที่ไหน"),
    ("Where is the Eiffel Tower?", "에펠탑은 어디에 있나요?"),
    ("Where is the Eiffel Tower?", "エッフェル塔はどこにありますか"),
    ("Where is the Eiffel Tower?", "埃菲尔铁塔在哪里?"),
    ("法国的首都是哪里", "フランスの首都はどこですか"),
    ("Столица Франции?", "Столиця Франції?"),
    ("Wie hoch ist der Eiffelturm?", "Hoe hoog is de Eiffeltoren?"),
    ("Quelle est la capitale de l'Espagne ?", "¿Cuál es la capital de España?"),
]

ALIKE = [
    ("What is the capital of Peru?", "Which city is the capital of Peru?"),
    ("capital of peru", "What is the capital of Peru?"),
    ("define ubiquitous", "What does ubiquitous mean?"),
    ("pizza recipe", "Give me a recipe for pizza"),
    ("How do you say 'wie geht es dir' in English?", "What does the German phrase 'wie geht es dir' mean in English?"),
    ("What does 'Wo ist der Bahnhof und die Post' mean?", "Tell me the meaning of 'Wo ist der Bahnhof und die Post'"),
    ("Plot of Die Hard", "What is the plot of Die Hard?"),
    ("best crème brûlée recipe", "What is the best recipe for creme brulee?"),
    ("São Paulo population", "How many people live in São Paulo?"),
    ("Who sang La Vie en Rose?", "Which singer sang La Vie en Rose?"),
    ("What is 12 + 30?", "12 + 30"),
    ("print('hello')", "What does print('hello') do?"),
    ("Los Angeles weather", "What is the weather like in Los Angeles?"),
    ("per capita income of Norway", "What is Norway's income per capita?"),
    ("What does Ω stand for?", "What is Ω in physics?"),
    ("Was ist die Hauptstadt von Peru?", "Wie heißt die Hauptstadt von Peru?"),
    ("Hauptstadt von Peru?", "Was ist die Hauptstadt von Peru?"),
    ("Quelle est la capitale du Pérou ?", "C'est quoi la capitale du Pérou ?"),
    ("¿Cuál es la capital de Perú?", "capital de Perú"),
    ("Qual è la capitale del Perù?", "Dimmi la capitale del Perù"),
    ("法国的首都是哪里", "法国的首都在哪里?"),
    ("フランスの首都はどこですか", "フランスの首都は何ですか"),
    ("Столица Франции?", "Какая столица у Франции?"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_languages_are_told_apart(one: str, other: str) -> None:
    """An answer that the caller cannot read is a wrong one."""
    a, b = EXAMINER.read(one), EXAMINER.read(other)
    assert EXAMINER.objections(a, b)
    assert EXAMINER.objections(a, b) == EXAMINER.objections(a, b)
    assert EXAMINER.objections(b, a)


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_one_language_is_one_language(one: str, other: str) -> None:
    """Names and quotations of another language change nothing."""
    assert not EXAMINER.objections(EXAMINER.read(one), EXAMINER.read(other))


def test_scripts_speak_where_no_language_is_known() -> None:
    """Armenian, Tibetan, Cherokee: no list is complete."""
    assert EXAMINER.objections(EXAMINER.read("ᎣᏏᏲ ᏙᎯᏧ"), EXAMINER.read("ལྷ་ས་ག་པར་"))
