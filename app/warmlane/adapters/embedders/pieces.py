"""What MiniLM reads of a text: its window and its tokens. Needs no network, which whoever only asks can spare."""

import hashlib
import re
from pathlib import Path
from typing import Any, Final

from warmlane.errors import ConfigError, Loading, StageError

MINILM: Final = Path(__file__).parents[2] / "data" / "minilm"
"""Where the shipped model is."""

_WINDOW: Final = 256
_MOST_PIECES: Final = _WINDOW - 2  # all but [CLS] and [SEP]
_LONGEST_PIECE: Final = 18  # characters, of those in the vocabulary
_LONGEST_WORD: Final = 100  # characters of a word that is taken apart
_MOST_CHARACTERS: Final = _MOST_PIECES * (_LONGEST_PIECE + 1)  # each piece with a space behind it
_UNSURE: Final = re.compile(rf"[^ -~\t\n\r]|[!-~]{{{_LONGEST_WORD + 1}}}")


class Pieces:
    """The tokenizer of the shipped model, and what the model is called.

    All an ingress needs: `name`, `dim`, `window` and `fits`. Loading takes a tenth of a second and a few MB; the
    network takes many more. Calls may come from any thread.
    """

    dim = 384
    window = _WINDOW

    def __init__(self, folder: Path = MINILM) -> None:
        """Load nothing yet. Raises: ConfigError, without the files."""
        try:
            digest = hashlib.sha256((folder / "digests.txt").read_bytes()).hexdigest()[:8]
        except OSError:
            msg = f"the embedder's files are missing from {folder}: install warmlane anew, or run `make model`"
            raise ConfigError(msg) from None
        self.name = f"minilm-l6-v2-int8@{digest}"
        self._folder = folder
        self._tokenizer: Any = None
        self._unknown: int | None = None

    def load(self) -> None:
        """Read the vocabulary, which blocks: not for the event loop. Doing it twice is fine."""
        from tokenizers import Tokenizer  # slow to import

        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        tokenizer.encode_special_tokens = True  # a prompt that says "[SEP]" is text like any other
        self._unknown = tokenizer.token_to_id("[UNK]")
        self._tokenizer = tokenizer

    @property
    def loaded(self) -> bool:
        """Whether the vocabulary is there."""
        return self._tokenizer is not None

    def fits(self, text: str, /) -> bool:
        """Whether the whole text is read: at most 256 tokens, none of them unknown.

        An unknown token (an emoji, a word of more than 100 characters) is a hole: texts that differ there have one
        vector. Most prompts need no tokenizer: printable ASCII of at most 254 characters fits, as every token takes at
        least one. A text of more than 4,826 characters or 254 words is said not to fit without looking, which is wrong
        only where most of it is blank or invisible. Until it is loaded, whatever needs the tokenizer does not fit.
        """
        if len(text) <= _MOST_PIECES and _UNSURE.search(text) is None:
            return True
        if self._tokenizer is None or _is_long(text):
            return False
        try:
            tokens = self._tokenizer.encode(text).ids
        except TypeError:  # how the tokenizer refuses a lone surrogate
            return False
        return len(tokens) <= _WINDOW and self._unknown not in tokens

    def of(self, text: str) -> list[int]:
        """The tokens, from 2 to 256. Raises: StageError, also for more than that, and before it is loaded."""
        if self._tokenizer is None:
            msg = "the embedder is still loading"
            raise Loading(msg)
        try:
            tokens: list[int] = [] if _is_long(text) else self._tokenizer.encode(text).ids
        except Exception as error:  # noqa: BLE001 - its errors share no base, and their text may quote the prompt
            msg = f"embedding failed: {type(error).__name__}"
            raise StageError(msg) from None
        if not 0 < len(tokens) <= _WINDOW:
            msg = "a text is longer than the window"
            raise StageError(msg)
        return tokens


def _is_long(text: str) -> bool:
    return len(text) > _MOST_CHARACTERS or len(text.split()) > _MOST_PIECES
