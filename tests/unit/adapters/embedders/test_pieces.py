"""What is read of a text, and what the model is called."""

import hashlib
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from warmlane.adapters.embedders import MINILM, Pieces
from warmlane.errors import ConfigError, Loading, StageError


@pytest.fixture(scope="module")
def pieces() -> Pieces:
    """The shipped vocabulary, loaded."""
    made = Pieces()
    made.load()
    return made


def test_the_shipped_files_are_those_that_the_script_made() -> None:
    """Their digests are committed beside them."""
    lines = (MINILM / "digests.txt").read_text().splitlines()
    listed = {name: digest for digest, name in map(str.split, lines)}
    assert set(listed) == {"cpu.onnx", "cuda.onnx", "weights.bin", "tokenizer.json"}
    for name, digest in listed.items():
        assert hashlib.sha256((MINILM / name).read_bytes()).hexdigest() == digest


def test_the_name_says_which_weights_made_a_vector() -> None:
    """Other weights or another graph, other name: their vectors never meet."""
    digest = hashlib.sha256((MINILM / "digests.txt").read_bytes()).hexdigest()
    assert Pieces().name == f"minilm-l6-v2-int8@{digest[:8]}"


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100,
        "hi " * 254,
        ("x" * 100 + " ") * 2,
        "é" * 60,
        "tabs\tand\nlines\r\n" * 10,
        "[SEP] [UNK] [MASK] " * 5,
        "! " * 127,
    ],
)
def test_what_fits_is_read_whole(pieces: Pieces, text: str) -> None:
    """At most 256 tokens, special ones included."""
    assert pieces.fits(text)
    assert 2 < len(pieces.of(text)) <= 256


@pytest.mark.parametrize(
    "text",
    [
        "hi " * 255,
        "x" * 101,
        "sha " + "0" * 200,
        "what does 🦄 mean",
        "a" * 60 + "\x1c" + "a" * 60,  # the control character is dropped, the words become one
        "hi " * 100_000,
        "lone \udc80 surrogate",
    ],
)
def test_what_is_not_read_whole_does_not_fit(pieces: Pieces, text: str) -> None:
    """Too many tokens, or a hole where an unknown one is: texts that differ only there would be one."""
    assert not pieces.fits(text)


def test_the_shortcut_agrees_with_the_tokenizer(pieces: Pieces) -> None:
    """What the shortcut rests on: every printable ASCII character is a token, and no piece is longer than 18."""
    tokenizer = Tokenizer.from_file(str(MINILM / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    vocabulary = tokenizer.get_vocab()
    assert max(len(piece.removeprefix("##")) for piece in vocabulary) == 18
    for code in range(0x21, 0x7F):
        assert chr(code).lower() in vocabulary
        assert not chr(code).isalnum() or f"##{chr(code).lower()}" in vocabulary
    for filler in "aZ9~.\t":
        text = (filler * 99 + " ") * 2 + filler * 54
        encoding = tokenizer.encode(text)
        assert pieces.fits(text)
        assert len(encoding.ids) <= pieces.window
        assert "[UNK]" not in encoding.tokens


def test_missing_files_are_a_matter_of_installation(tmp_path: Path) -> None:
    """The message says what to do."""
    with pytest.raises(ConfigError, match="make model"):
        Pieces(tmp_path)


def test_until_it_is_loaded_only_what_needs_no_vocabulary_fits() -> None:
    """Short prompts are known to fit even then."""
    made = Pieces()
    assert not made.loaded
    assert made.fits("short")
    assert not made.fits("word " * 100)
    with pytest.raises(Loading):
        made.of("short")
    made.load()
    assert made.loaded
    assert made.fits("word " * 100)


def test_what_the_window_does_not_hold_has_no_tokens(pieces: Pieces) -> None:
    """Cut short, texts that differ at the end would have one vector; and what is hopeless is not even looked at."""
    for text in ("hi " * 255, "! " * 255, "x" * 5000, "hi " * 1_000_000):
        with pytest.raises(StageError, match="longer than the window"):
            pieces.of(text)


def test_errors_of_the_tokenizer_say_nothing_of_the_text(pieces: Pieces) -> None:
    """Only their type is passed on."""
    with pytest.raises(StageError, match=r"^embedding failed: \w+$") as caught:
        pieces.of("secret \udc80")
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
