"""A text taken apart: what is compared is what matters."""

import pytest

from warmlane.match.words import Reader, stem

READER = Reader()


def test_politeness_is_no_content() -> None:
    """Who says please asks the same."""
    assert READER.read("Hi, could you tell me the capital of Peru, please?").content == ("capital", "peru")


def test_the_columns_run_side_by_side() -> None:
    """A veto looks at a word's neighbours by its place."""
    read = READER.read("Don’t compare C++ and C# in 3,000 words")
    assert read.tokens == ("Don’t", "compare", "C++", "and", "C#", "in", "3,000", "words")
    assert read.lower[0] == "don't"
    assert len(read.tokens) == len(read.lower) == len(read.stems)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("What is the capital of France?", "en"),
        ("Was ist die Hauptstadt von Frankreich?", "de"),
        ("Quelle est la capitale de la France ?", "fr"),
        ("¿Cuál es la capital de Francia?", "es"),
        ("Qual è la capitale della Francia?", "it"),
        ("Wat is de hoofdstad van Frankrijk?", "nl"),
        ("Paris Berlin Roma", None),
    ],
)
def test_the_language_is_told_by_function_words(text: str, language: str | None) -> None:
    """Rules and lists are by language."""
    assert READER.read(text).language == language


def test_scripts_are_told_apart() -> None:
    """Chinese is read character by character: it has no spaces."""
    assert READER.read("法国的首都是哪里").script == "CJK"
    assert READER.read("法国的首都").tokens == ("法", "国", "的", "首", "都")
    assert READER.read("Столица Франции").script == "CYRILLIC"
    assert READER.read("12 + 3").script == ""
    assert not READER.read("Столица Франции").is_english


@pytest.mark.parametrize("text", ["", "   ", "please", "\x00", "'" * 50, "ß" * 5000, "a " * 5000])
def test_nothing_is_too_odd_to_be_read(text: str) -> None:
    """What a caller sends is not ours to choose."""
    assert len(READER.read(text).tokens) <= 1024


def test_words_show_no_text() -> None:
    """What is printed may end in a log."""
    assert "secret" not in repr(READER.read("my secret"))


def test_a_stem_is_the_same_for_inflections() -> None:
    """Rough is enough, as long as both texts are treated alike."""
    assert stem("cities") == stem("city")
    assert stem("walked") == stem("walking") == stem("walks")
    assert stem("bus") == "bus"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Wie groß ist Texas", "de"), ("hauptstadt von peru", "de"), ("Combien coûte un iPhone", "fr"),
        ("¿Capital de Perú?", "es"), ("Quante persone vivono a Roma", "it"), ("Qual é a capital da França", "pt"),
        ("Hoe hoog is de Domtoren", "nl"), ("Vad heter Sveriges huvudstad", "sv"), ("Hvad er hovedstaden", "da"),
        ("Mikä on Suomen pääkaupunki", "fi"), ("Jaka jest stolica Polski", "pl"), ("Jaké je hlavní město Česka", "cs"),
        ("Care este capitala României", "ro"), ("Mi Magyarország fővárosa és hol van", "hu"),
        ("Fransa'nın başkenti neresi ve nasıl", "tr"), ("Apa ibu kota Indonesia", "id"),
        ("Thủ đô của Pháp là gì", "vi"),
        ("Столица Франции", "ru"), ("Столиця Франції", "uk"), ("Πρωτεύουσα της Ελλάδας", "el"),
        ("ما هي عاصمة فرنسا", "ar"), ("پایتخت فرانسه", "fa"), ("בירת צרפת", "he"), ("पेरिस की आबादी", "hi"),
        ("เมืองหลวงของไทย", "th"), ("프랑스의 수도", "ko"), ("フランスの首都", "ja"), ("日本的首都", "zh"),
        ("Define ubiquitous", "en"), ("What does 'wo ist der Bahnhof' mean?", "en"), ("Las Vegas weather", None),
        ("leg pain", None),
        ("resume template", None), ("bus fare", None), ("met gala", None),
        ("Hoe laat is het", "nl"),
        ("São Paulo weather", None), ("print(x)", None),
    ],
)  # fmt: skip
def test_short_questions_have_their_language(text: str, language: str | None) -> None:
    """A name or a quotation is no language, and three words are enough."""
    assert READER.read(text).language == language


def test_vowel_signs_belong_to_their_word() -> None:
    """Or "की" and "का" were one word."""
    assert READER.read("पेरिस की आबादी").tokens == ("पेरिस", "की", "आबादी")


def test_a_long_run_of_hyphens_is_no_path_and_takes_no_longer_than_words() -> None:
    """What anybody may send must not keep the gateway busy: this took 19 s once."""
    assert not READER.read("1-" * 20_000).is_code
    assert READER.read("see ~/notes/1-2.txt").is_code
