"""There is another way than back."""

import pytest

from warmlane.match.facts import Examiner
from warmlane.match.vetoes.direction import Direction

EXAMINER = Examiner([Direction()])

DIFFERENT = [
    ("How do I move from Postgres 14 to Postgres 16?", "I have Postgres 16 and want to go to Postgres 14, how?"),
    ("Show me trains leaving Leeds to York", "I need a train from York to Leeds"),
    ("How do I get from Rome to Oslo?", "How do I get from Oslo to Rome?"),
    ("cheapest flights from New York to San Francisco", "flights from San Francisco to New York"),
    ("Translate this from French to German", "Translate this from German to French"),
    ("Convert 500 euros to US dollars", "Convert 500 US dollars to euros"),
    ("Convert Fahrenheit to Celsius", "Convert Celsius to Fahrenheit"),
    ("Is Python better than Java?", "Is Java better than Python?"),
    ("Why use tabs instead of spaces?", "Why use spaces instead of tabs?"),
    ("Why choose React over Vue?", "Tell me why to pick Vue rather than React"),
    ("How do I go from Python 3.8 to 3.12?", "How do I go from Python 3.12 to Python 3.8?"),
    ("Choose React over Vue", "Choose Vue over React"),
    ("Should I shower before breakfast?", "Should I have breakfast before the shower?"),
    ("dogs bitten by men", "men bitten by dogs"),
    ("Did Napoleon defeat Wellington?", "Did Wellington defeat Napoleon?"),
    ("How many cents are in a dollar?", "How many dollars are in a cent?"),
    ("Who taught Plato about Socrates?", "Who taught Socrates about Plato?"),
    ("Wie komme ich von Berlin nach Wien?", "Wie komme ich von Wien nach Berlin?"),
    ("Ist Kaffee besser als Tee?", "Ist Tee besser als Kaffee?"),
    ("Comment aller de Paris à Lyon ?", "Comment aller de Lyon à Paris ?"),
    ("Le train est-il plus cher que l'avion ?", "L'avion est-il plus cher que le train ?"),
    ("¿Cómo llego de Madrid a Sevilla?", "¿Cómo llego de Sevilla a Madrid?"),
    ("¿Es el té mejor que el café?", "¿Es el café mejor que el té?"),
    ("Come si va da Roma a Milano?", "Come si va da Milano a Roma?"),
    ("Como eu vou de Lisboa para Faro?", "Como eu vou de Faro para Lisboa?"),
    ("Hoe kom ik van Gent naar Brussel?", "Hoe kom ik van Brussel naar Gent?"),
]

ALIKE = [
    ("How do I get to Lisbon from Porto?", "I am in Porto, how do I get to Lisbon?"),
    ("How do I read a CSV file in Rust?", "In Rust, how can I read a CSV file?"),
    ("How do I get from Rome to Oslo?", "How do I get to Oslo from Rome?"),
    ("flights from New York to San Francisco", "I want to fly to San Francisco from New York"),
    ("What is the distance between Rome and Oslo?", "What is the distance between Oslo and Rome?"),
    ("Can I combine paracetamol with ibuprofen?", "Can I combine ibuprofen with paracetamol?"),
    ("May I take aspirin at the same time as ibuprofen?", "May I take ibuprofen at the same time as aspirin?"),
    ("Compare Python to Java", "Compare Java to Python"),
    ("Is it tea or coffee?", "Is it coffee or tea?"),
    ("salt and pepper", "pepper and salt"),
    ("What is 45 yards in meters?", "How many meters are in 45 yards?"),
    ("Who is the mayor of Paris?", "Who is Paris's mayor?"),
    ("What is the color of the house?", "What color is the house?"),
    ("Convert euros to dollars", "How do I convert euros into dollars?"),
    ("Is Python better than Java?", "Is Python a better choice than Java?"),
    ("What happens after sunset in Rome?", "In Rome, what happens after sunset?"),
    ("How does it work?", "How it does work?"),
    ("Why are cats chased by dogs?", "Why do dogs chase cats?"),
    ("Wie komme ich von Berlin nach Wien?", "Wie komme ich nach Wien von Berlin?"),
    ("Was ist der Unterschied zwischen Tee und Kaffee?", "Was ist der Unterschied zwischen Kaffee und Tee?"),
    ("Comment aller de Paris à Lyon ?", "Comment aller à Lyon de Paris ?"),
    ("¿Cuál es la diferencia entre té y café?", "¿Cuál es la diferencia entre café y té?"),
    ("Come si va da Roma a Milano?", "Come si va a Milano da Roma?"),
    ("Como vou de Lisboa para o Porto?", "Como vou para o Porto de Lisboa?"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_the_other_way_round_is_another_question(one: str, other: str) -> None:
    """It has the same words, so to an embedder it is the same."""
    a, b = EXAMINER.read(one), EXAMINER.read(other)
    assert EXAMINER.objections(a, b)
    assert EXAMINER.objections(b, a)


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_what_can_be_changed_round_is_the_same_question(one: str, other: str) -> None:
    """Prepositions come along, or there is no direction."""
    a, b = EXAMINER.read(one), EXAMINER.read(other)
    assert not EXAMINER.objections(a, b)
    assert not EXAMINER.objections(b, a)
