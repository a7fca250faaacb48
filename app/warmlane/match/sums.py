"""Arithmetic brought into one form: "(2+3)*4" is "4 * (3 + 2)", and not "2+3*4". Pure."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

_RANK: Final = {"=": 1, "≠": 1, "<": 1, ">": 1, "<=": 1, ">=": 1, "+": 2, "-": 2, "*": 3, "/": 3, "%": 3, "^": 4}
_MOST: Final = 200
"""Parts of a sum that are looked at; a longer one is compared as it is written."""

SIGNS: Final = {
    **{sign: sign for sign in _RANK},
    "**": "^", "==": "=", "===": "=", "!=": "≠", "≤": "<=", "≥": ">=", "×": "*", "·": "*", "÷": "/", "−": "-",
}  # fmt: skip
"""How each sign is written here."""


class Node(NamedTuple):
    """A sum: `kind` is what joins its `parts`; a number or a letter has none."""

    kind: str
    parts: tuple[str, ...]

    def __str__(self) -> str:
        """In one form, whatever order it was written in."""
        return f"{self.kind}({' '.join(sorted(self.parts))})" if self.kind else self.parts[0]


def is_sign(part: str) -> bool:
    """Whether `part` joins two operands, as it is written here."""
    return part in _RANK


def join(sign: str, one: Node, other: Node) -> Node:
    """Two operands with `sign` between them. What can be changed round is in order."""
    if sign in "+-":
        return Node("+", (*_parts("+", one), *(_parts("+", other) if sign == "+" else [f"-{other}"])))
    if sign in "*/":
        return Node("*", (*_parts("*", one), *(_parts("*", other) if sign == "*" else [f"/{other}"])))
    if sign in "=≠":
        return Node(sign, (str(one), str(other)))
    if sign in {">", ">="}:
        sign, one, other = sign.replace(">", "<"), other, one
    return Node("", (f"({one}{sign}{other})",))


def parse(parts: Sequence[str]) -> str:
    """A sum of operands, signs and parentheses in one form; as it is written where it is none.

    By Dijkstra's two stacks, so that deep nesting needs no deep calls.
    """
    values: list[Node] = []
    signs: list[str] = []
    before = "("
    if len(parts) > _MOST or not _is_sound(parts):
        return " ".join(parts)
    for part in parts:
        if part == "(":
            signs.append(part)
        elif part == ")":
            _reduce(values, signs, 0)
            signs.pop()
        elif part in _RANK:
            if before == "(" or before in _RANK:  # -5
                values.append(Node("", ("0",)))
            # a power binds from the right: 2^3^2 is 2^9
            _reduce(values, signs, _RANK[part] + (part == "^"))
            signs.append(part)
        else:
            values.append(Node("", (part,)))
        before = part
    _reduce(values, signs, 0)
    return str(values[0]) if len(values) == 1 else " ".join(parts)


def _reduce(values: list[Node], signs: list[str], rank: int) -> None:
    """Work out what binds as strongly as `rank`, back to the last open parenthesis."""
    while signs and signs[-1] != "(" and _RANK[signs[-1]] >= rank and len(values) > 1:
        other, one = values.pop(), values.pop()
        values.append(join(signs.pop(), one, other))


def _is_sound(parts: Sequence[str]) -> bool:
    """Whether operands and signs take turns, and each parenthesis has its other."""
    depth, wants_operand = 0, True
    for part in parts:
        if part == "(" and wants_operand:
            depth += 1
        elif part == ")" and depth and not wants_operand:
            depth -= 1
        elif part in _RANK:
            if wants_operand and part not in "+-":
                return False
            wants_operand = True
        elif part in "()" or not wants_operand:
            return False
        else:
            wants_operand = False
    return depth == 0 and not wants_operand


def _parts(kind: str, node: Node) -> Iterator[str]:
    yield from node.parts if node.kind == kind else (str(node),)
