"""Another name is another question."""

import pytest

from warmlane.match.facts import Examiner
from warmlane.match.relations import Relations
from warmlane.match.vetoes.entity import Entity

EXAMINER = Examiner([Entity(Relations.load())])

DIFFERENT = [
    ("What is the weather in Oslo in May?", "What is the weather in Rome in May?"),
    ("what is the weather in lisbon", "what is the weather in dublin"),
    ("Who founded Netflix?", "Who founded Spotify?"),
    ("who is the ceo of microsoft", "who is the ceo of google"),
    ("Is Norway bigger than Sweden?", "Is Finland bigger than Sweden?"),
    ("What did Marie Curie discover?", "What did Niels Bohr discover?"),
    ("Install Terraform on Ubuntu", "Install Ansible on Ubuntu"),
    ("How do I back up MySQL?", "How do I back up MongoDB?"),
    ("Side effects of ibuprofen", "Side effects of paracetamol"),
    ("What does the gene TREM mean for dementia?", "What does the gene APOE mean for dementia?"),
    ("Share price of NVDA today", "Share price of MSFT today"),
    ("Best hikes near Boulder", "Best hikes near Asheville"),
    ("Flights from BOSTON to DENVER on Monday", "Flights from ATLANTA to DENVER on Monday"),
    ("Who was the first president of the US?", "Who was the first president of the UK?"),
    ("best pizza in nyc", "best pizza in chicago"),
    ("How do I get from New York to Boston?", "How do I get from New Jersey to Boston?"),
    ("Plan a week in South Korea", "Plan a week in South Africa"),
    ("Reset the password of my Fritzbox router", "Reset the password of my Netgear router"),
    ("distance from earth to mars", "distance from earth to jupiter"),
    ("Does Anna Kowalski teach algebra?", "Does Peter Schmidt teach algebra?"),
    ("Wie hoch ist die Arbeitslosigkeit in Frankreich?", "Wie hoch ist die Arbeitslosigkeit in Spanien?"),
    ("Wie ist das Wetter in München?", "Wie ist das Wetter in Köln?"),
    ("Quelle est la capitale de l'Espagne ?", "Quelle est la capitale de l'Italie ?"),
    ("Qui a fondé Peugeot ?", "Qui a fondé Renault ?"),
    ("¿Cuál es la capital de Alemania?", "¿Cuál es la capital de Francia?"),
    ("¿Qué escribió Cervantes?", "¿Qué escribió Lorca?"),
    ("Qual è la capitale della Germania?", "Qual è la capitale della Svezia?"),
    ("Che tempo fa a Milano?", "Che tempo fa a Napoli?"),
    ("法国的首都是哪里", "德国的首都是哪里"),
    ("北京的天气怎么样", "上海的天气怎么样"),
    ("フランスの首都はどこですか", "ドイツの首都はどこですか イタリア"),
]

ALIKE = [
    ("What is the capital of France?", "what is the capital of france"),
    ("Who is the president of the US?", "Who is the president of the United States?"),
    ("Who is the president of the USA?", "Who is the president of America?"),
    ("best pizza in NYC", "best pizza in New York City"),
    ("Population of the UK", "Population of Great Britain"),
    ("What is the capital of France?", "What is the French capital?"),
    ("Deploy an app on Kubernetes", "deploy an app on k8s"),
    ("How do I back up Postgres?", "How do I back up PostgreSQL?"),
    ("Can I take Tylenol with coffee?", "Can I take acetaminophen with coffee?"),
    ("What did Marie Curie discover?", "What did Curie discover?"),
    ("Who runs Microsoft?", "Microsoft is run by whom?"),
    ("What does the WHO do?", "What does the World Health Organization do?"),
    ("Is Norway's coast long?", "How long is the coast of Norway?"),
    ("Explain the Big Bang", "Explain what the big bang was"),
    ("Population of Philadelphia", "Population of Philadelpia"),
    ("Does Anna Kowalski teach algebra?", "Is algebra taught by Anna Kowalski?"),
    ("Compare Oslo and Bergen", "How do Bergen and Oslo compare?"),
    ("How do I use the API?", "how can i use the api"),
    ("During the fall, which classes are offered?", "Which classes are offered in the fall?"),
    ("Can you help us with our taxes?", "Can you help me with my taxes?"),
    ("Wie hoch ist die Arbeitslosigkeit in Frankreich?", "Was ist die Arbeitslosenquote von Frankreich?"),
    ("Welche Stadt ist die Hauptstadt von Peru?", "Was ist die Hauptstadt von Peru?"),
    ("Quelle est la capitale de l'Espagne ?", "La capitale espagnole, c'est quoi en Espagne ?"),
    ("¿Cuál es la capital de Alemania?", "¿Qué ciudad es la capital de Alemania?"),
    ("Qual è la capitale della Germania?", "La Germania ha quale capitale?"),
    ("法国的首都是哪里", "哪个城市是法国的首都"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_another_name_is_another_question(one: str, other: str) -> None:
    """To an embedder all cities are alike."""
    assert EXAMINER.objections(EXAMINER.read(one), EXAMINER.read(other))
    assert EXAMINER.objections(EXAMINER.read(other), EXAMINER.read(one))


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_the_same_name_is_one_question(one: str, other: str) -> None:
    """A veto that fires at every other wording would leave nothing to serve."""
    assert not EXAMINER.objections(EXAMINER.read(one), EXAMINER.read(other))
    assert not EXAMINER.objections(EXAMINER.read(other), EXAMINER.read(one))


def test_a_name_on_one_side_alone_is_no_objection() -> None:
    """It may be meant: "the president" is somebody's."""
    assert not EXAMINER.objections(
        EXAMINER.read("Who was Lincoln, the president?"), EXAMINER.read("Who was president?")
    )


def test_a_name_in_the_place_of_a_word_is_another_question() -> None:
    """Mars is no moon."""
    assert EXAMINER.objections(EXAMINER.read("How far away is Neptune?"), EXAMINER.read("How far away is the border?"))
