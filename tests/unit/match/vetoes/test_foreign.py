"""What is not English is alike only where it is worded alike: nothing else here understands it."""

import pytest

from warmlane.match.facts import Examiner
from warmlane.match.vetoes.foreign import Foreign

EXAMINER = Examiner([Foreign()])

DIFFERENT = [
    ("Was ist die Hauptstadt von Bayern?", "Was ist die Hauptstadt von Hessen?"),
    ("welche staaten grenzen an delaware", "welche staaten grenzen an alabama"),
    ("Welcher Fluss ist der längste in Europa?", "Welcher Fluss ist der kürzeste in Europa?"),
    ("Wer hat das Telefon erfunden?", "Wann wurde das Telefon erfunden?"),
    ("Wie kündige ich meinen Mietvertrag?", "Wie kündige ich meinen Handyvertrag?"),
    ("Quelle est la capitale du Niger ?", "Quelle est la capitale du Nigeria ?"),
    ("Comment faire une tarte aux pommes ?", "Comment faire une tarte aux poires ?"),
    ("Qui a peint la Joconde ?", "Quand a-t-on peint la Joconde ?"),
    ("Comment ouvrir un compte bancaire ?", "Comment fermer un compte bancaire ?"),
    ("¿Cuál es la capital de Chile?", "¿Cuál es la capital de Bolivia?"),
    ("¿Dónde nació Picasso?", "¿Cuándo nació Picasso?"),
    ("Receta de tortilla de patatas para la cena", "Receta de tortilla de maíz para la cena"),
    ("Qual è la capitale dell'Austria?", "Qual è la capitale dell'Australia?"),
    ("Come si cucina il risotto?", "Come si cucina il polpo?"),
    ("Qual é a capital do Brasil?", "Qual é a capital da Argentina?"),
    ("Onde fica o Porto?", "Onde fica o Funchal?"),
    ("Wat is de hoofdstad van Friesland?", "Wat is de hoofdstad van Zeeland?"),
    ("Какая столица Франции?", "Какая столица Испании?"),
    ("Кто написал Идиот?", "Когда написан Идиот?"),
    ("法国的首都是哪里?", "德国的首都是哪里?"),
    ("最大的城市是什么?", "最小的城市是什么?"),
    ("フランスの首都はどこですか", "ドイツの首都はどこですか"),
    ("프랑스의 수도는 어디인가요?", "독일의 수도는 어디인가요?"),
    ("ما هي عاصمة فرنسا؟", "ما هي عاصمة مصر؟"),
    ("फ्रांस की राजधानी क्या है?", "भारत की राजधानी क्या है?"),
    ("Fransa'nın başkenti neresi?", "İspanya'nın başkenti neresi?"),
    ("Jaka jest stolica Polski?", "Jaka jest stolica Niemiec?"),
]

ALIKE = [
    ("What is the capital of Bavaria?", "What is the capital of Hesse?"),
    ("Who wrote Faust?", "When was Faust written?"),
    ("how to make an apple pie", "how to make a pear pie"),
    ("Hauptstadt", "capital"),
    ("Was ist die Hauptstadt von Bayern?", "Wie heißt die Hauptstadt von Bayern?"),
    ("Was ist die Hauptstadt Bayerns?", "Was ist die Hauptstadt von Bayern?"),
    ("wie gross ist die bevoelkerung von texas", "Wie groß ist die Bevölkerung von Texas?"),
    ("Welche Städte liegen am Rhein?", "Welche Stadt liegt am Rhein?"),
    ("Kannst du mir die Hauptstadt von Peru nennen?", "Hauptstadt von Peru nennen, bitte"),
    ("Wie mache ich einen Screenshot?", "Wie erstelle ich einen Screenshot?"),
    ("Wie viele Einwohner hat Berlin?", "Wieviele Einwohner hat Berlin?"),
    ("Wie kündige ich meinen Mietvetrag?", "Wie kündige ich meinen Mietvertrag?"),
    ("Quelle est la capitale de la France ?", "C'est quoi, la capitale de la France ?"),
    ("Quelle est la capitale du Pérou ?", "quelle est la capitale du perou"),
    ("Qui a peint la Joconde ?", "Par qui est peinte la Joconde ?"),
    ("¿Cuál es la capital de Perú?", "Capital de Perú"),
    ("¿Cuál es la capital de Perú?", "cual es la capital de peru"),
    ("¿Dónde está Bogotá?", "¿En qué país está Bogotá?"),
    ("Qual è la capitale d'Italia?", "Dimmi qual è la capitale d'Italia"),
    ("Quanti abitanti ha Roma?", "Quanti sono gli abitanti di Roma?"),
    ("Qual é a capital do Brasil?", "qual a capital do brasil"),
    ("Wat is de hoofdstad van Peru?", "hoofdstad van Peru"),
    ("Какая столица Франции?", "Столица Франции"),
    ("法国的首都是哪里?", "请问法国的首都是什么?"),
    ("フランスの首都はどこですか", "フランスの首都を教えて"),
    ("프랑스의 수도는 어디인가요?", "프랑스 수도가 어디야?"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_words_ask_for_something_else(one: str, other: str) -> None:
    """To an English embedder these are one question."""
    a, b = EXAMINER.read(one), EXAMINER.read(other)
    assert EXAMINER.objections(a, b)
    assert EXAMINER.objections(b, a)


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_endings_accents_and_function_words_make_no_other_question(one: str, other: str) -> None:
    """And English is none of its business."""
    assert not EXAMINER.objections(EXAMINER.read(one), EXAMINER.read(other))
