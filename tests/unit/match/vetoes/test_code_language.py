"""Code in another language is another answer."""

import pytest

from warmlane.match.facts import Examiner
from warmlane.match.vetoes.code_language import CodeLanguage

EXAMINER = Examiner([CodeLanguage()])

DIFFERENT = [
    ("Reverse a list in Python", "Reverse a list in JavaScript"),
    ("Reverse a string in C", "Reverse a string in C++"),
    ("Reverse a string in C++", "Reverse a string in C#"),
    ("How do I read a file in Go?", "How do I read a file in Rust?"),
    ("plot a histogram in R", "plot a histogram in python"),
    ("Group by a column in pandas", "Group by a column in polars"),
    ("Create an index in MySQL", "Create an index in Postgres"),
    ("Build a form with React", "Build a form with Vue"),
    ("Write a function that adds two numbers", "Write a Kotlin function that adds two numbers"),
    ("Train a model in PyTorch", "Train a model in TensorFlow"),
    ("Java hello world", "JavaScript hello world"),
    ("Port this code from Java to Swift", "Port this code from Java to Go"),
    ("delete old files in bash", "delete old files in zsh"),
    ("delete all php files", "delete all perl files"),
    ("print in python 2", "print in python 3"),
    ("sort an array in typescript", "sort an array in js"),
    ("Kehre eine Liste in Python um", "Kehre eine Liste in Java um"),
    ("Wie lese ich eine Datei mit Go?", "Wie lese ich eine Datei mit Rust?"),
    ("Comment trier une liste en Python ?", "Comment trier une liste en Ruby ?"),
    ("Comment lire un fichier en C ?", "Comment lire un fichier en Java ?"),
    ("¿Cómo ordenar una lista en PHP?", "¿Cómo ordenar una lista en Perl?"),
    ("¿Cómo conectarse a MySQL?", "¿Cómo conectarse a MongoDB?"),
    ("Come ordino una lista in Python?", "Come ordino una lista in Scala?"),
    ("Come si usa Django?", "Come si usa Flask con Python?"),
    ("用Python写快速排序", "用Go写快速排序"),
    ("用Java读文件", "用C读文件"),
]

ALIKE = [
    ("Reverse a list in JavaScript", "How do I reverse a list in JS?"),
    ("Read a file in Golang", "How do I read a file in Go?"),
    ("Group by a column in pandas", "In Python, group by a column with pandas"),
    ("Create an index in Postgres", "PostgreSQL: how do I create an index?"),
    ("Write a Postgres query for the newest row", "SQL query for the newest row in PostgreSQL"),
    ("Write hello world in C", "C program for hello world"),
    ("Which is faster, C or Java?", "Is Java faster than C?"),
    ("create react app", "How do I create a React app?"),
    ("delete all php files", "delete all .php files"),
    ("Where should I go in Paris?", "Where to go when in Paris?"),
    ("Which foods have vitamin C?", "What foods contain vitamins, above all C?"),
    ("Who is Taylor Swift?", "Tell me who Swift, Taylor is"),
    ("How do I remove rust from iron?", "How to get iron free from rust"),
    ("Play a scale in C major", "Show me the scale of C major"),
    ("How does sodium react with water?", "What happens when sodium and water meet?"),
    ("find all files larger than 1 MB", "bash command to find all files larger than 1 MB"),
    ("list open ports on linux", "list open ports"),
    ("find all .js files", "find all files with the ending .js"),
    ("Is there a class by Ruby Hodges?", "Does anybody called Hodges give a class?"),
    ("Does my heart flutter?", "Is my heart fluttering?"),
    ("Kehre eine Liste in Python um", "Python: Liste umkehren"),
    ("Wie lese ich eine Datei mit Node.js?", "Wie lese ich mit NodeJS eine Datei?"),
    ("Comment trier une liste en Python ?", "Trier une liste avec Python"),
    ("¿Cómo ordenar una lista en PHP?", "Ordenar una lista con PHP"),
    ("Come ordino una lista in C#?", "Ordinare una lista in C#"),
    ("用Python写快速排序", "写一个Python快速排序"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_tools_are_told_apart(one: str, other: str) -> None:
    """The same task in another language is another program."""
    a, b = EXAMINER.read(one), EXAMINER.read(other)
    assert EXAMINER.objections(a, b)
    assert EXAMINER.objections(b, a)


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_a_tool_is_named_in_many_ways(one: str, other: str) -> None:
    """And words that are also languages are mostly words."""
    assert not EXAMINER.objections(EXAMINER.read(one), EXAMINER.read(other))
