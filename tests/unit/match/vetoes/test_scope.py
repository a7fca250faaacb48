"""Other people, another share or another measure is another question."""

import pytest

from warmlane.match.facts import Examiner
from warmlane.match.relations import Relations
from warmlane.match.vetoes.scope import Scope

EXAMINER = Examiner([Scope(Relations.load())])

DIFFERENT = [
    ("What are the rights of a tenant?", "What are the rights of a landlord?"),
    ("Tax deductions for employers", "Tax deductions for employees"),
    ("Closing costs for the buyer", "Closing costs for the seller"),
    ("How much sleep do adults need?", "How much sleep do children need?"),
    ("Yoga for beginners", "Yoga for experts"),
    ("Find users with at least 3 orders", "Find users with at most 3 orders"),
    ("Show the average salary per team", "Show the total salary per team"),
    ("What is the maximum file size?", "What is the minimum file size?"),
    ("Orders with more than 5 items", "Orders with fewer than 5 items"),
    ("What is my weekly allowance?", "What is my monthly allowance?"),
    ("What is the current mayor's name?", "What is the former mayor's name?"),
    ("What does a nurse earn?", "What does a plumber earn?"),
    ("Is chocolate bad for dogs?", "Is chocolate bad for cats?"),
    ("How do I tune a banjo?", "How do I tune a guitar?"),
    ("Gross income in Utah", "Net income in Utah"),
    ("Duties of the plaintiff", "Duties of the defendant"),
    ("Compound interest on a loan", "Simple interest on a loan"),
    ("Round-trip fare to Oslo", "One-way fare to Oslo"),
    ("Teaching tips for teachers", "Teaching tips for students"),
    ("Is tea safe for toddlers?", "Is tea safe for teenagers?"),
    ("Welche Rechte hat ein Mieter?", "Welche Rechte hat ein Vermieter?"),
    ("Yoga für Anfänger und die Übungen", "Yoga für Fortgeschrittene und die Übungen"),
    ("Quels sont les droits du locataire ?", "Quels sont les droits du propriétaire ?"),
    ("Quelle est la moyenne des ventes ?", "Quel est le total des ventes ?"),
    ("¿Cuáles son los derechos del inquilino?", "¿Cuáles son los derechos del propietario?"),
    ("¿Cuántas horas duermen los adultos?", "¿Cuántas horas duermen los niños?"),
    ("Quali sono i diritti dell'inquilino in Italia?", "Quali sono i diritti del proprietario in Italia?"),
    ("Quante ore dormono i bambini?", "Quante ore dormono gli adulti?"),
    ("租客有什么权利", "房东有什么权利"),
    ("成人需要多少睡眠", "儿童需要多少睡眠"),
]

ALIKE = [
    ("What are the rights of a tenant?", "Which rights does a renter have?"),
    ("Tax deductions for employers", "Which tax deductions are there for an employer?"),
    ("Closing costs for the buyer", "Closing costs for buyers"),
    ("How much sleep do kids need?", "How much sleep do children need?"),
    ("Yoga for beginners", "Beginner yoga"),
    ("Find users with at least 3 orders", "Find users with no fewer than 3 orders"),
    ("Show the average salary per team", "Show the mean salary per team"),
    ("What is the maximum file size?", "What is the max file size?"),
    ("What does a doctor earn?", "What does a physician earn?"),
    ("What is the law between tenants and landlords?", "What is the law between landlords and tenants?"),
    ("How do I convert a string to a number?", "How do I transform a string to a number?"),
    ("How do I repair a bicycle?", "How do I fix a bicycle?"),
    ("Is chocolate bad for dogs?", "Is chocolate harmful to dogs?"),
    ("How do I tune a guitar?", "What's the way to tune guitars?"),
    ("Weekly allowance", "The allowance per week"),
    ("What is my car worth?", "What is my automobile worth?"),
    ("The mistakes of a beginner", "The errors of a beginner"),
    ("Adult content filter", "Filter for adult content"),
    ("Welche Rechte hat ein Mieter?", "Was für Rechte haben Mieter?"),
    ("Wie viel Schlaf brauchen Kinder?", "Wie viel Schlaf braucht ein Kind?"),
    ("Quels sont les droits du locataire ?", "Un locataire a quels droits ?"),
    ("¿Cuáles son los derechos del inquilino?", "¿Qué derechos tiene el inquilino?"),
    ("Quante ore dormono i bambini?", "Quante ore dorme un bambino?"),
    ("租客有什么权利", "租客的权利是什么"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_another_part_is_another_question(one: str, other: str) -> None:
    """One word of many changed, and with it the answer."""
    assert EXAMINER.objections(EXAMINER.read(one), EXAMINER.read(other))
    assert EXAMINER.objections(EXAMINER.read(other), EXAMINER.read(one))


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_the_same_part_in_other_words_is_one_question(one: str, other: str) -> None:
    """A veto that fires at every other wording would leave nothing to serve."""
    assert not EXAMINER.objections(EXAMINER.read(one), EXAMINER.read(other))
    assert not EXAMINER.objections(EXAMINER.read(other), EXAMINER.read(one))
