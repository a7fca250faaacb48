"""What is quoted or typed as code is meant letter by letter."""

import pytest

from warmlane.match.facts import Examiner
from warmlane.match.vetoes.literal import Literal

EXAMINER = Examiner([Literal()])

DIFFERENT = [
    ('Define "ubiquitous"', 'Define "ephemeral"'),
    ("How do you spell 'necessary'?", "How do you spell 'separate'?"),
    ("What does `ls -la` do?", "What does `ls` do?"),
    ("What does ls -r do?", "What does ls -R do?"),
    ("Delete /tmp/cache", "Delete /var/cache"),
    ("What does `rm -rf ./build` do?", "What does `rm -rf /build` do?"),
    ("Open report.pdf", "Open invoice.pdf"),
    ("What is https://example.com/a for?", "What is https://example.com/b for?"),
    ("Rename user_id to id", "Rename user_name to id"),
    ("What does error E0502 mean?", "What does error E0308 mean?"),
    ("How do I fix a TypeError?", "How do I fix a ValueError?"),
    ("Explain the regex ^[a-z]+$", "Explain the regex ^[a-z]*$"),
    ("Call getUser() twice", "Call setUser() twice"),
    ("What colour is #ff0000?", "What colour is #00ff00?"),
    ("what is new in v1.2.3", "what is new in v1.3.2"),
    ("print $HOME", "print $PATH"),
    ("Fix: for i in range(10): print(i", "Fix: for i in range(10) print(i"),
    ("Was bedeutet „Fernweh“?", "Was bedeutet „Heimweh“?"),
    ("Wie öffne ich die Datei brief.docx?", "Wie öffne ich die Datei liste.docx?"),
    ("Que veut dire « dépaysement » ?", "Que veut dire « flâner » ?"),
    ("Comment supprimer le fichier a.txt ?", "Comment supprimer le fichier b.txt ?"),
    ("¿Qué significa «madrugada»?", "¿Qué significa «sobremesa»?"),
    ("¿Cómo se usa la opción --force?", "¿Cómo se usa la opción --quiet?"),
    ("Cosa significa 'magari' in italiano?", "Cosa significa 'boh' in italiano?"),
    ("Come apro il file dati.csv?", "Come apro il file conti.csv?"),
    ("「木漏れ日」の意味は?", "「積ん読」の意味は?"),
]

ALIKE = [
    ('Define "ubiquitous"', "Define ubiquitous"),
    ('Define "ubiquitous"', "What does 'Ubiquitous' mean?"),
    ('What is a synonym of "happy"?', "What is another word for “happy”?"),
    ("Who wrote 'Hamlet'?", "Who is the author of Hamlet?"),
    ("What does `ls -la` do?", "Explain the command ls -la"),
    ("Delete the folder /tmp/cache/", "How do I delete /tmp/cache?"),
    ("Find all *.txt files", "Find all files with the ending .txt"),
    ("Find all *.txt files", "Find all text files"),
    ("Open report.pdf", 'Open the file "report.pdf".'),
    ("What does error E0502 mean?", "Meaning of E0502?"),
    ("Is GPT-4 better?", "is gpt-4 better?"),
    ("Salt and/or pepper?", "Salt, pepper or both?"),
    ("How fast is 100 km/h?", "What speed is 100 km per hour?"),
    ("Is the iPhone better?", "Is an iphone better?"),
    ("What is Node.js?", "What is node?"),
    ("FIND ALL *.MP3 FILES IN $DIR", "find all *.mp3 files in $dir"),
    ("classes at the 200 -level", "200-level classes"),
    ("Don't you think it's Peter's?", "Do you think it is Peter's, isn't it?"),
    ("Was bedeutet „Fernweh“?", 'Was heißt "Fernweh"?'),
    ("Que veut dire « flâner » ?", "Que signifie flâner ?"),
    ("¿Qué significa «sobremesa»?", "¿Qué quiere decir 'sobremesa'?"),
    ("Cosa significa 'magari'?", "Che cosa vuol dire magari?"),
    ("「木漏れ日」の意味は?", "木漏れ日の意味は何ですか"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_literals_are_told_apart(one: str, other: str) -> None:
    """A letter more deletes another folder."""
    a, b = EXAMINER.read(one), EXAMINER.read(other)
    assert EXAMINER.objections(a, b)
    assert EXAMINER.objections(b, a)


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_quotation_marks_alone_are_no_difference(one: str, other: str) -> None:
    """Nor is a stop behind a path, nor what only looks like code."""
    assert not EXAMINER.objections(EXAMINER.read(one), EXAMINER.read(other))


@pytest.mark.parametrize(
    "text", ["`", '"' * 99, "'" * 99, "(" * 999, "a." * 999, "/" * 999, "[" * 999, "-" * 999, "_" * 999]
)
def test_nothing_is_too_odd_to_be_read(text: str) -> None:
    """What a caller sends is not ours to choose."""
    read = EXAMINER.read(text)
    assert not EXAMINER.objections(read, read)
