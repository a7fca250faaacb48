"""A usage that was counted for several items together: what falls to each, and what several come to."""

from collections.abc import Sequence

from jiter import LosslessFloat

from warmlane.model import Json


def apportioned(value: Json, weights: Sequence[int]) -> list[Json]:
    """The share of `value` for each weight, none of them negative.

    Whole numbers are divided in proportion, and the shares add up to exactly what they are of. Objects and lists are
    divided member by member. A number with a fraction is a price or a time of the whole: nobody gets it. All else is
    everybody's.
    """
    if isinstance(value, dict):
        columns = {name: apportioned(each, weights) for name, each in value.items() if not _is_fraction(each)}
        return [{name: column[at] for name, column in columns.items()} for at in range(len(weights))]
    if isinstance(value, list):
        rows = [apportioned(each, weights) for each in value if not _is_fraction(each)]
        return [[row[at] for row in rows] for at in range(len(weights))]
    if _is_whole(value):
        return _divided(value, weights)
    return [value] * len(weights)


def summed(values: Sequence[Json]) -> Json:
    """What several usages, at least one, come to: the inverse of `apportioned`.

    Where they are of different kinds, or fractions, the last one stands.
    """
    if len(values) == 1:
        return values[0]
    if all(map(_is_whole, values)):
        return sum(values)
    if all(isinstance(each, dict) for each in values):
        names = dict.fromkeys(name for each in values for name in each)
        return {name: summed([each[name] for each in values if name in each]) for name in names}
    if all(isinstance(each, list) for each in values) and len({len(each) for each in values}) == 1:
        return [summed(column) for column in zip(*values, strict=True)]
    return values[-1]


def _divided(total: int, weights: Sequence[int]) -> list[Json]:
    """The steps of a running sum: so nothing is lost to rounding."""
    if not any(weights):
        weights = [1] * len(weights)
    whole, weight, given = sum(weights), 0, 0
    shares: list[Json] = []
    for each in weights:
        weight += each
        upto = total * weight // whole
        shares.append(upto - given)
        given = upto
    return shares


def _is_whole(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_fraction(value: Json) -> bool:
    return isinstance(value, LosslessFloat)
