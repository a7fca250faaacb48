"""All vetoes there are."""

from typing import Any

from warmlane.match.relations import Relations
from warmlane.match.vetoes.antonym import Antonym
from warmlane.match.vetoes.attribute import Attribute
from warmlane.match.vetoes.base import Veto
from warmlane.match.vetoes.code_language import CodeLanguage
from warmlane.match.vetoes.date import Date
from warmlane.match.vetoes.direction import Direction
from warmlane.match.vetoes.entity import Entity
from warmlane.match.vetoes.foreign import Foreign
from warmlane.match.vetoes.format import Format
from warmlane.match.vetoes.language import Language
from warmlane.match.vetoes.literal import Literal
from warmlane.match.vetoes.negation import Negation
from warmlane.match.vetoes.number import Number
from warmlane.match.vetoes.number_order import NumberOrder
from warmlane.match.vetoes.operator import Operator
from warmlane.match.vetoes.request_language import RequestLanguage
from warmlane.match.vetoes.scope import Scope
from warmlane.match.vetoes.unit import Unit


def every(relations: Relations | None = None) -> tuple[Veto[Any], ...]:
    """One of each, in the order in which they are asked: what is cheap and fires often comes first.

    `relations` None: those that ship are loaded, 8 MB.
    """
    relations = relations or Relations.load()
    return (
        RequestLanguage(),
        Foreign(),
        Number(),
        NumberOrder(),
        Direction(),
        Operator(),
        Date(),
        Unit(),
        Negation(),
        CodeLanguage(),
        Format(),
        Language(),
        Literal(),
        Antonym(relations),
        Attribute(relations),
        Scope(relations),
        Entity(relations),
    )
