"""Other units ask for other answers."""

import pytest

from warmlane.match.facts import Examiner
from warmlane.match.vetoes.unit import Unit

EXAMINER = Examiner([Unit()])

DIFFERENT = [
    ("What is 5 miles in km?", "What is 5 feet in km?"),
    ("What is 45 meters in yards?", "What is 45 yards in meters?"),
    ("Convert 500 euros to US dollars", "Convert 500 US dollars to euros"),
    ("How much is $20 in yen?", "How much is €20 in yen?"),
    ("Is 40 C too hot?", "Is 40 F too hot?"),
    ("Distance to the moon in miles", "Distance to the moon in kilometers"),
    ("lose 10 kg fast", "lose 10 lbs fast"),
    ("a 500 MB file", "a 500 GB file"),
    ("What can I do in 30 minutes?", "What can I do in 30 hours?"),
    ("files older than 5 days", "files older than 5 weeks"),
    ("What is 15% of 80?", "What is 15 of 80?"),
    ("driving at 100 km/h", "driving at 100 mph"),
    ("Convert 100 Canadian dollars to euros", "Convert 100 Australian dollars to euros"),
    ("How big are 20 square meters?", "How big are 20 square feet?"),
    ("2 cups of flour", "2 tablespoons of flour"),
    ("How many km are in 5 miles?", "How far is 5 miles?"),
    ("Wie viel sind 5 Meilen in Metern?", "Wie viel sind 5 Meilen in Kilometern?"),
    ("Was sind 20 Dollar in Euro?", "Was sind 20 Franken in Euro?"),
    ("Combien font 10 mètres en pouces ?", "Combien font 10 mètres en pieds ?"),
    ("Que faire en 3 jours ?", "Que faire en 3 semaines ?"),
    ("¿Cuánto son 10 libras en gramos?", "¿Cuánto son 10 onzas en gramos?"),
    ("¿Cuánto son 100 dólares en pesos?", "¿Cuánto son 100 euros en pesos?"),
    ("Quanto sono 5 miglia in metri?", "Quanto sono 5 miglia in chilometri?"),
    ("Cosa posso fare in 2 ore?", "Cosa posso fare in 2 minuti?"),
    ("Quanto são 5 milhas em metros?", "Quanto são 5 milhas em quilômetros?"),
    ("Hoeveel is 5 mijl in meter?", "Hoeveel is 5 mijl in kilometer?"),
]

ALIKE = [
    ("What is 5 miles in km?", "5 mi in kilometers"),
    ("What is 5 kilometres in metres?", "5 km in meters"),
    ("How much is $20 in euros?", "How much is 20 dollars in €?"),
    ("How much are 20 US dollars?", "How much are 20 USD?"),
    ("Is 40 C too hot?", "Is 40 degrees Celsius too hot?"),
    ("Is 40°C too hot?", "Is 40 degrees too hot?"),
    ("What is 15% of 80?", "15 percent of 80"),
    ("How much are £5?", "How much are 5 pounds?"),
    ("How heavy are 5 lbs?", "How heavy are 5 pounds?"),
    ("a 10-mile run", "a run of 10 miles"),
    ("a 500 MB file", "a file of 500 megabytes"),
    ("Convert 80 euros to kilometers", "Convert 80 euros to kiloemters"),
    ("driving at 100 km/h", "driving at 100 kilometers per hour"),
    ("What is the best day of the year?", "Which day is best?"),
    ("Who won the second game?", "Who won game two?"),
    ("price of gold in dollars", "price of gold"),
    ("a 30 min workout", "a 30 minute workout"),
    ("Wie viel sind 5 Meilen in Metern?", "5 Meilen in Metern, bitte"),
    ("Was sind 20 Euro in Dollar?", "Was sind 20 € in $?"),
    ("Combien font 10 mètres en pieds ?", "ça fait combien, 10 m en pieds ?"),
    ("¿Cuánto son 10 libras en gramos?", "¿Cuántos gramos son 10 libras?"),
    ("Quanto sono 5 miglia in metri?", "Quanti metri sono 5 miglia?"),
    ("Quanto são 5 milhas em metros?", "Quantos metros são 5 milhas?"),
    ("Hoeveel is 5 mijl in meter?", "Hoeveel meter is 5 mijl?"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_units_are_told_apart(one: str, other: str) -> None:
    """The number is the same, the answer is not."""
    a, b = EXAMINER.read(one), EXAMINER.read(other)
    assert EXAMINER.objections(a, b)
    assert EXAMINER.objections(b, a)


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_a_unit_is_the_same_however_it_is_written(one: str, other: str) -> None:
    """In full, as a sign, or in short."""
    a, b = EXAMINER.read(one), EXAMINER.read(other)
    assert not EXAMINER.objections(a, b)
    assert not EXAMINER.objections(b, a)


def test_a_letter_is_no_unit_without_a_number() -> None:
    """Plan C, the letter F and vitamin K are not temperatures."""
    assert not EXAMINER.objections(EXAMINER.read("Who sings plan C in 2 parts?"), EXAMINER.read("plan F, 2 parts"))


def test_who_is_asked_first_does_not_matter() -> None:
    """One says 30 of two things, the other of one."""
    a, b = EXAMINER.read("lose 30 pounds in 30 days"), EXAMINER.read("lose 30 pounds in a month")
    assert bool(EXAMINER.objections(a, b)) == bool(EXAMINER.objections(b, a))
