"""Strict reading, and one form for what means the same."""

import json

import pytest
from jiter import LosslessFloat

from warmlane.canonical import Unfinished, Unreadable, canonical, read, read_array

NFC, NFD = "caf\u00e9", "cafe\u0301"

# Drill D2: the members of a body, twice, and whether they ask for the same.
PAIRS = [
    # numbers: one value, one form, however it is spelled
    ('"t":0', '"t":0.0', True),
    ('"t":0', '"t":-0', True),
    ('"t":0', '"t":-0.0', True),
    ('"t":0', '"t":0e10', True),
    ('"t":1', '"t":1.0', True),
    ('"t":1', '"t":1E0', True),
    ('"t":1', '"t":10e-1', True),
    ('"t":100', '"t":1e2', True),
    ('"t":100', '"t":1E+02', True),
    ('"t":0.7', '"t":0.70', True),
    ('"t":0.7', '"t":7e-1', True),
    ('"t":-0.5', '"t":-5E-1', True),
    ('"t":18446744073709551617', '"t":18446744073709551617.0', True),
    ('"t":1', '"t":-1', False),
    ('"t":0', '"t":1e-400', False),
    ('"t":0.1', '"t":0.10000000000000001', False),
    ('"t":0.3', '"t":0.30000000000000004', False),
    ('"t":18446744073709551616', '"t":18446744073709551617', False),
    ('"t":9007199254740992', '"t":9007199254740993', False),
    ('"t":9007199254740993', '"t":9007199254740993.5', False),
    ('"t":1e400', '"t":1e401', False),
    ('"t":1', '"t":10', False),
    ('"t":12', '"t":1.2', False),
    ('"t":0.01', '"t":0.1', False),
    # types: what compares equal in Python is not one
    ('"t":1', '"t":true', False),
    ('"t":0', '"t":false', False),
    ('"t":0', '"t":null', False),
    ('"t":0', '"t":"0"', False),
    ('"t":""', '"t":null', False),
    ('"t":[]', '"t":{}', False),
    ('"t":[]', '"t":null', False),
    ('"t":true', '"t":"true"', False),
    ('"t":[1]', '"t":1', False),
    ('"t":{"1":2}', '"t":[1,2]', False),
    # strings: untouched, whatever they look like
    ('"t":"A"', '"t":"a"', False),
    ('"t":"a"', '"t":"a "', False),
    ('"t":"a"', '"t":"\\u0061"', True),
    ('"t":"/"', '"t":"\\/"', True),
    ('"t":"\\n"', '"t":"\\u000A"', True),
    ('"t":"\\u001f"', '"t":"\\u001F"', True),
    ('"t":"é"', '"t":"\\u00e9"', True),
    ('"t":"😀"', '"t":"\\ud83d\\uDE00"', True),
    (f'"t":"{NFC}"', f'"t":"{NFD}"', False),
    ('"t":"\ufb01"', '"t":"fi"', False),
    ('"t":"a\u00a0b"', '"t":"a b"', False),
    ('"t":"a\u200bb"', '"t":"ab"', False),
    ('"t":"\\n"', '"t":"\\\\n"', False),
    ('"t":"\\u0000"', '"t":""', False),
    ('"t":"{}"', '"t":{}', False),
    # names: their order is nothing, everything else of them is
    ('"a":1,"b":2', '"b":2,"a":1', True),
    ('"a":{"x":1,"y":2},"b":3', '"b":3,"a":{"y":2,"x":1}', True),
    ('"é":1,"z":2', '"z":2,"\\u00e9":1', True),
    ('"\uffff":1,"😀":2', '"😀":2,"\uffff":1', True),
    ('"a":1,"b":2', '"a":2,"b":1', False),
    ('"a":1', '"A":1', False),
    (f'"{NFC}":1', f'"{NFD}":1', False),
    # members: an unknown one counts, and so does an empty one
    ('"a":1', '"a":1,"invented":0', False),
    ('"a":1', '"a":1,"invented":null', False),
    ('"a":1', '"a":1,"":1', False),
    ('"a":{"b":1}', '"a":{},"b":1', False),
    # lists: their order counts
    ('"a":[1,2]', '"a":[2,1]', False),
    ('"a":[1,2]', '"a":[1,2,2]', False),
    ('"a":[[1],2]', '"a":[1,[2]]', False),
    ('"a":[1.0,"x"]', '"a":[1,"\\u0078"]', True),
    # space is nothing
    ('"a":[1,2]', ' "a" :\t[ 1 ,\r\n2 ] ', True),
]

REFUSED = {
    "a name twice": b'{"a":1,"a":1}',
    "a name twice, spelled differently": b'{"a":1,"\\u0061":2}',
    "a name twice, deep": b'{"a":[{"b":1,"c":2,"b":3}]}',
    "NaN": b'{"a":NaN}',
    "Infinity": b'{"a":Infinity}',
    "-Infinity": b'{"a":-Infinity}',
    "a lone high surrogate": b'{"a":"\\ud83d"}',
    "a lone low surrogate": b'{"a":"\\ude00"}',
    "a surrogate in UTF-8": b'{"a":"\xed\xa0\x80"}',
    "a name with a surrogate": b'{"\\ud83d":1}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "no UTF-8": b'{"a":"\xff"}',
    "overlong UTF-8": b'{"a":"\xc0\xaf"}',
    "a control character": b'{"a":"\t"}',
    "a NUL": b'{"a":1}\x00',
    "an unknown escape": b'{"a":"\\x"}',
    "a leading zero": b'{"a":01}',
    "a leading plus": b'{"a":+1}',
    "a bare dot": b'{"a":.5}',
    "a trailing dot": b'{"a":1.}',
    "hex": b'{"a":0x10}',
    "a trailing comma": b'{"a":1,}',
    "a comment": b'{"a":1}//',
    "single quotes": b"{'a':1}",
    "something behind it": b"{} {}",
    "half": b'{"a":',
    "nothing": b"",
    "space": b"  ",
    "a list": b"[]",
    "a string": b'"x"',
    "a number": b"1",
    "null": b"null",
    "100,000 levels": b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "300 levels": b'{"a":' + b"[" * 300 + b"]" * 300 + b"}",
    "5,000 digits": b'{"a":' + b"9" * 5_000 + b"}",
}


def form(members: str) -> bytes:
    """The canonical form of a body with these members."""
    return canonical(read(b"{" + members.encode() + b"}"))


@pytest.mark.parametrize(("one", "other", "same"), PAIRS)
def test_what_is_one_request(one: str, other: str, same: bool) -> None:  # noqa: FBT001 - a fact per row
    """Equal in meaning, equal in form; else different."""
    assert (form(one) == form(other)) is same


def test_the_drill_has_its_pairs() -> None:
    """Reliability drill D2 asks for 60."""
    assert len({(one, other) for one, other, _ in PAIRS}) >= 60


@pytest.mark.parametrize("name", REFUSED)
def test_what_readers_differ_on_is_refused(name: str) -> None:
    """By one error, which holds nothing of the body."""
    with pytest.raises(Unreadable) as caught:
        read(REFUSED[name])

    assert str(caught.value) in {"not strict JSON", "not an object"}
    assert caught.value.__context__ is None or caught.value.__suppress_context__


def test_what_would_take_long_to_read_is_refused() -> None:
    """A million short values hold up the process for seconds, a long text does not."""
    with pytest.raises(Unreadable, match="too many values"):
        read(b'{"a":[' + b",".join([b"1"] * 300_000) + b"]}")

    assert len(read(b'{"a":[' + b",".join([b"1"] * 200_000) + b"]}")["a"]) == 200_000
    assert len(read(b'{"a":"' + b"word " * 300_000 + b'"}')["a"]) == 1_500_000


def test_numbers_are_read_exactly() -> None:
    """As int, or as it was written: never as float."""
    numbers = read(b'{"a":[1,-0,18446744073709551617,0.10,1e400]}')["a"]

    assert [(type(number), str(number)) for number in numbers] == [
        (int, "1"),
        (int, "0"),
        (int, "18446744073709551617"),
        (LosslessFloat, "0.10"),
        (LosslessFloat, "1e400"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b'{"b":1,"a":[true,false,null,"x"],"c":{}}', b'{"a":[true,false,null,"x"],"b":1,"c":{}}'),
        (b'{ "a" : [ ] }', b'{"a":[]}'),
        (b'{"n":[0.0,-0.5,100,1.50,-12e3,123]}', b'{"n":[0,-5e-1,100,15e-1,-12000,123]}'),
        (
            b'{"s":"\\u0000\\u001f\\"\\\\\\/\\b\\f\\n\\r\\t\\u007f"}',
            b'{"s":"\\u0000\\u001f\\"\\\\/\\b\\f\\n\\r\\t\x7f"}',
        ),
        ('{"s":"é\u2028😀"}'.encode(), '{"s":"é\u2028😀"}'.encode()),
    ],
)
def test_the_form_itself(text: bytes, expected: bytes) -> None:
    """RFC 8785 but for numbers that are not whole: digits and a power of ten."""
    assert canonical(read(text)) == expected


def test_names_are_sorted_by_code_points() -> None:
    """Whichever way they came: RFC 8785 §3.2.3's example, in our order."""
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]

    text = canonical(read(json.dumps(dict.fromkeys(names, 0)).encode()))

    assert list(json.loads(text)) == sorted(names)


def test_a_huge_exponent_costs_no_padding() -> None:
    """A body of 20 bytes must not become a gigabyte."""
    assert form('"a":1e999999999999') == b'{"a":1e999999999999}'
    assert form('"a":1e999999999999999999999') == b'{"a":1e999999999999999999999}'
    assert form('"a":-1.5e-999999999999') == b'{"a":-15e-1000000000000}'


def test_as_deep_as_it_is_read_it_is_written() -> None:
    """No recursion limit between the two."""
    text = b'{"a":' + b"[" * 198 + b"]" * 198 + b"}"

    assert canonical(read(text)) == text


@pytest.mark.parametrize("value", [1j, object(), range(3)])
def test_what_is_no_json_has_no_form(value: object) -> None:
    """A mistake of ours is seen at once."""
    with pytest.raises(TypeError, match="no JSON value"):
        canonical({"a": value})


def test_an_array_is_read_as_strictly() -> None:
    """Where an object is not what is meant."""
    assert canonical(read_array(b'[1, {"a": 1.0}]')) == b'[1,{"a":1}]'
    for body in (b"{}", b"[NaN]", b'[{"a": 1, "a": 1}]', b"[1,]", b"[" * 300 + b"]" * 300):
        with pytest.raises(Unreadable):
            read_array(body)


@pytest.mark.parametrize("body", [b"", b"[", b'[{"a": "x', b"[1", b"[tru", b'["\xc3', b'{"a":'])
def test_what_broke_off_is_told_from_what_is_wrong(body: bytes) -> None:
    """More of it could have been good."""
    for reads in (read, read_array):
        with pytest.raises(Unfinished):
            reads(body)
    with pytest.raises(Unreadable) as caught:
        read(body + b"\0")

    assert not isinstance(caught.value, Unfinished)
