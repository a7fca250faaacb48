"""What a veto is: one small class of disagreement, on which two prompts may not share an answer."""

from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from warmlane.match.words import Words
from warmlane.model import Value

F = TypeVar("F")


class VetoName(StrEnum):
    """The classes of disagreement: what a lane switches off, debug word and docs row."""

    NUMBER = "number"  # other numbers: "top 3" and "top 5"
    NUMBER_ORDER = "number_order"  # the same numbers in other places: "3 minus 5" and "5 minus 3"
    UNIT = "unit"  # other units or currencies
    DATE = "date"  # other days, months, times of day, other relative times
    LANGUAGE = "language"  # other natural languages that are named
    CODE_LANGUAGE = "code_language"  # other programming languages or runtimes
    FORMAT = "format"  # other formats of the answer
    NEGATION = "negation"  # one says not, without, except
    ANTONYM = "antonym"  # opposites: "buy" and "sell"
    ENTITY = "entity"  # other names of people, places, products
    LITERAL = "literal"  # other quotations, paths, flags, identifiers
    OPERATOR = "operator"  # other operators, or the same about other things
    REQUEST_LANGUAGE = "request_language"  # the prompts are written in different languages or scripts
    FOREIGN = "foreign"  # both in a language that is not English, and other words in each
    DIRECTION = "direction"  # the same things the other way round: "from A to B" and "from B to A"
    ATTRIBUTE = "attribute"  # the same thing is asked about, but another side of it: "capital of", "population of"
    SCOPE = "scope"  # another person, share or measure is meant: "tenant" and "landlord", "at least" and "at most"


class Read(Value, Generic[F], frozen=True, kw_only=True):
    """A text as one veto sees it: taken apart, and what the veto read in it."""

    words: Words
    fact: F


class Veto(Protocol[F]):
    """One class of disagreement. Pure, symmetric, and silent between a text and itself."""

    name: VetoName

    def read(self, words: Words, /) -> F:
        """What of a text it compares: worked out once per text, and kept."""
        ...

    def objects(self, a: Read[F], b: Read[F], /) -> str | None:
        """What the two disagree on, in a few words for the caller whose prompts they are; None: it has no objection."""
        ...
