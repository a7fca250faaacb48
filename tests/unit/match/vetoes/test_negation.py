"""Who asks what is not so asks for another answer."""

import pytest

from warmlane.match.facts import Examiner
from warmlane.match.vetoes.negation import Negation

EXAMINER = Examiner([Negation()])

DIFFERENT = [
    ("Which foods are safe for dogs?", "Which foods are not safe for dogs?"),
    ("Is it legal to fly a drone at night?", "Is it illegal to fly a drone at night?"),
    ("Pizza with anchovies and cheese", "Pizza with anchovies without cheese"),
    ("How do I make a cake with eggs?", "How do I make a cake with no eggs?"),
    ("List the planets that have rings", "List the planets that don't have rings"),
    ("Show all files except hidden ones", "Show all files and hidden ones"),
    ("When should I use recursion?", "When should I never use recursion?"),
    ("Why does my cat eat?", "Why doesn't my cat eat?"),
    ("Why do people fail to quit smoking?", "Why do people quit smoking?"),
    ("Which animals can fly but not swim?", "Which animals can swim but not fly?"),
    ("Is it possible to divide by zero?", "Is it impossible to divide by zero?"),
    ("Benefits of dairy products", "Benefits of non-dairy products"),
    ("How to lock a bootloader", "How to unlock a bootloader"),
    ("countries where I can drive", "countries where i cant drive"),
    ("Gluten-free bread", "Bread with gluten"),
    ("sugar free cookies", "cookies with sugar"),
    ("Is that uncommon?", "Is that not uncommon?"),
    ("Why not use goto?", "Why use goto?"),
    ("All employees excluding managers", "All employees including managers"),
    ("What do I do if ketoconazole did not help?", "What do I not do if ketoconazole did not help?"),
    ("Welche Pilze sind giftig?", "Welche Pilze sind nicht giftig?"),
    ("Rezept für Kuchen mit Zucker", "Rezept für einen Kuchen ohne Zucker und mit Mehl"),
    ("Warum ist das erlaubt?", "Warum ist das nicht erlaubt?"),
    ("Quels champignons sont comestibles ?", "Quels champignons ne sont pas comestibles ?"),
    ("Comment faire une pizza avec du fromage ?", "Comment faire une pizza sans fromage ?"),
    ("¿Qué setas se pueden comer?", "¿Qué setas no se pueden comer?"),
    ("¿Cómo hacer un pastel con azúcar?", "¿Cómo hacer un pastel sin azúcar?"),
    ("Quali funghi si possono mangiare?", "Quali funghi non si possono mangiare?"),
    ("Come si fa la pizza con il formaggio?", "Come si fa la pizza senza formaggio?"),
    ("Quais cogumelos são comestíveis?", "Quais cogumelos não são comestíveis?"),
    ("Welke paddenstoelen zijn giftig?", "Welke paddenstoelen zijn niet giftig?"),
    ("哪些蘑菇可以吃?", "哪些蘑菇不可以吃?"),
    ("他来了吗?", "他没来吗?"),
]

ALIKE = [
    ("Which foods are not safe for dogs?", "Which foods aren't safe for dogs?"),
    ("Is it impossible to divide by zero?", "Is it not possible to divide by zero?"),
    ("Is this possible?", "Is this not impossible?"),
    ("How do I center a div?", "I don't know how to center a div, how do I do it?"),
    ("How do closures work?", "I don't understand closures. How do they work?"),
    ("Explain monads and functors", "Explain not only monads but also functors"),
    ("Is it safe to eat raw eggs?", "Is it safe to eat raw eggs or not?"),
    ("Can you book a table?", "No problem, can you book a table?"),
    ("Tell me a joke", "Why don't you tell me a joke?"),
    ("Gluten-free bread recipe", "Recipe for bread without gluten"),
    ("Cake without sugar", "cake with no sugar"),
    ("Why was my card declined?", "Why was my card not accepted?"),
    ("Why does my code not work?", "Why doesn't my code work?"),
    ("My laptop won't turn on", "my laptop is unable to turn on"),
    ("List all states except Texas", "List all states but exclude Texas"),
    ("How do I install Docker on Ubuntu?", "What are the steps to install Docker under Ubuntu?"),
    ("Which information is important in an invoice?", "What is the important information in invoices?"),
    ("Is Paris the capital of France?", "Paris is the capital of France, isn't it?"),
    ("Find the misspellnig and its correct spelling", "Find the misspelling and its correct spelling"),
    ("list 5 books by Orwell", "no more than 5 books by Orwell"),
    ("Welche Pilze sind nicht giftig?", "Welche Pilze sind denn nicht giftig?"),
    ("Wie heißt die Hauptstadt von Peru?", "Ich weiß nicht, wie die Hauptstadt von Peru heißt, wie heißt sie?"),
    ("Gâteau sans sucre, comment le faire ?", "Comment est-ce qu'on fait un gâteau sans sucre ?"),
    ("C'est la capitale de la France ?", "C'est la capitale de la France, n'est-ce pas ?"),
    ("¿Qué no hay en la nevera?", "¿Qué es lo que no hay nada en la nevera?"),
    ("¿Cuál es la capital de Perú?", "No sé cuál es la capital de Perú"),
    ("Quali funghi non sono buoni?", "Dimmi quali funghi non sono mai buoni"),
    ("他是不是医生?", "他是医生吗?"),
    ("北京和上海有什么区别?", "北京和上海有什么不同?"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_is_denied_is_told_apart(one: str, other: str) -> None:
    """An embedder hardly sees the word not."""
    a, b = EXAMINER.read(one), EXAMINER.read(other)
    assert EXAMINER.objections(a, b)
    assert EXAMINER.objections(b, a)


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_saying_no_in_another_way_is_no_other_question(one: str, other: str) -> None:
    """Nor is a turn of speech that denies nothing."""
    assert not EXAMINER.objections(EXAMINER.read(one), EXAMINER.read(other))


def test_what_is_denied_is_named() -> None:
    """Whoever looks why a call missed sees the word."""
    (objection,) = EXAMINER.objections(EXAMINER.read("cake without sugar"), EXAMINER.read("cake with sugar"))
    assert "sugar" in objection.about


def test_a_language_without_a_list_denies_nothing() -> None:
    """Other vetoes are careful there."""
    assert not EXAMINER.objections(EXAMINER.read("Это не город в России"), EXAMINER.read("Это город в России"))
