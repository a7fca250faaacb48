"""Other times ask for other answers."""

import pytest

from warmlane.match.facts import Examiner
from warmlane.match.vetoes.date import Date

EXAMINER = Examiner([Date()])

DIFFERENT = [
    ("What is the weather like in March?", "What is the weather like in July?"),
    ("Is the bank open on Tuesday?", "Is the bank open on Thursday?"),
    ("What should I wear tomorrow?", "What should I have worn yesterday?"),
    ("Is the shop open at 7 am?", "Is the shop open at 7 pm?"),
    ("What happened last year?", "What happens next year?"),
    ("Where to go skiing in winter", "Where to go skiing in spring"),
    ("Which courses are given in the fall?", "Which courses are given in the summer?"),
    ("flights on May 5", "flights on June 5"),
    ("Who won the World Cup in 2014?", "Who won the World Cup in 2018?"),
    ("files changed 3 days ago", "the date 3 days from now"),
    ("Should I run in the morning?", "Should I run in the evening?"),
    ("a plan for this week", "a plan for next week"),
    ("meet at noon", "meet at midnight"),
    ("What is open on Christmas?", "What is open on Easter?"),
    ("Things to do on the weekend", "Things to do on Monday"),
    ("days between May 5 and January 18", "days between January 5 and May 18"),
    ("Wie ist das Wetter im März?", "Wie ist das Wetter im Mai?"),
    ("Hat der Laden heute auf?", "Hat der Laden am Sonntag auf?"),
    ("Was war letzte Woche los?", "Was ist nächste Woche los?"),
    ("Quel temps fait-il en mars ?", "Quel temps fait-il en juillet ?"),
    ("Est-ce ouvert le lundi ?", "Est-ce ouvert le mardi ?"),
    ("¿Qué tiempo hace en enero?", "¿Qué tiempo hace en agosto?"),
    ("¿Qué pasó el año pasado?", "¿Qué pasó la semana pasada?"),
    ("Che tempo fa a Roma in maggio?", "Che tempo fa a Roma in giugno?"),
    ("Cosa fare domani?", "Cosa ha fatto ieri?"),
    ("Como é o tempo em março?", "Como é o tempo em julho?"),
    ("Wat is er vandaag en morgen te doen?", "Wat is er vandaag en zaterdag te doen?"),
    ("星期一开门吗", "星期二开门吗"),
]

ALIKE = [
    ("What is the weather like in March?", "How is the weather in march?"),
    ("flights on Sept 5", "flights on September 5"),
    ("What happened on 2016-03-05?", "What happened on March 5, 2016?"),
    ("What happened on 3/5/2016?", "What happened on March 5, 2016?"),
    ("Is the shop open at 7 pm?", "Is the shop open at 7 p.m.?"),
    ("Is the shop open at 7 in the evening?", "Is the shop open at 7 pm?"),
    ("Is the shop open at 19:00?", "Is the shop open at 7 pm?"),
    ("Which courses are given in the fall?", "Which courses are given in autumn?"),
    ("Am I too old to start?", "I am starting, is that too old?"),
    ("What is the weather in Paris today?", "What is the weather in Paris?"),
    ("What may I eat?", "What can I eat?"),
    ("How to march in step", "How to walk in step"),
    ("Why do people fall in love?", "Why do people love?"),
    ("What happened in the past week?", "What happened last week?"),
    ("Is the bank open on Tuesdays?", "Is the bank open on Tuesday?"),
    ("Is the bank open on Wednesday?", "Is the bank open on Wednesady?"),
    ("How does Spring Boot start?", "How does a Boot application start?"),
    ("Wie ist das Wetter im März?", "Wetter im März"),
    ("Hat der Laden am Samstag auf?", "Hat der Laden am Sonnabend auf?"),
    ("Quel temps fait-il en juillet ?", "Le temps en juillet ?"),
    ("¿Qué tiempo hace en enero?", "¿Cómo es el tiempo en enero?"),
    ("Che tempo fa in maggio?", "Com'è il tempo a maggio?"),
    ("Como é o tempo em março?", "Que tempo faz em março?"),
    ("Is de bank op zaterdag open?", "Is de bank open op zaterdag?"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_times_are_told_apart(one: str, other: str) -> None:
    """Yesterday's answer is not tomorrow's."""
    a, b = EXAMINER.read(one), EXAMINER.read(other)
    assert EXAMINER.objections(a, b)
    assert EXAMINER.objections(b, a)


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_a_time_is_the_same_however_it_is_written(one: str, other: str) -> None:
    """And words that are times elsewhere are none here."""
    a, b = EXAMINER.read(one), EXAMINER.read(other)
    assert not EXAMINER.objections(a, b)
    assert not EXAMINER.objections(b, a)
