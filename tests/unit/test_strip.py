"""Cutting our own members out of a body, and nothing else."""

import tracemalloc

import pytest

from warmlane.strip import added, beheaded, without

OURS = {"cache", "orq"}


@pytest.mark.parametrize(
    ("body", "left"),
    [
        (b'{"cache": {"ttl": 60}, "model": "m"}', b'{ "model": "m"}'),
        (b'{"model": "m", "cache": {"ttl": 60}}', b'{"model": "m"}'),
        (b'{"a": 1 ,\n "cache": null ,\n "b": 2}', b'{"a": 1 ,\n "b": 2}'),
        (b'{"cache": 1, "orq": 2, "b": 3}', b'{ "b": 3}'),
        (b'{"a": 1, "cache": 1, "orq": [2, {"cache": 3}]}', b'{"a": 1}'),
        (b'{"cache": "off"}', b"{}"),
        (b' {\t"cache":"}","b":"{" } ', b' {"b":"{" } '),
        (b'{"c\\u0061che": 1, "b": 2}', b'{ "b": 2}'),
        (b'{"a": "\\\\", "cache": "\\"", "b": "\\\\\\""}', b'{"a": "\\\\", "b": "\\\\\\""}'),
    ],
)
def test_a_member_of_ours_goes_with_its_comma(body: bytes, left: bytes) -> None:
    """Wherever it stands, however it is written; every other byte is left as it was."""
    assert without(body, OURS) == left


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"model" :\t"m",\r\n"temperature":0.0}',
        b'{"messages": [{"cache": 1}], "x": {"orq": 2}, "cached": 3, "": 4}',
        b'{"a": "cache", "b": ["orq"], "c": "{\\"cache\\": 1}"}',
    ],
)
def test_what_only_looks_like_it_stays(body: bytes) -> None:
    """Members of inner objects, values and other names belong to the provider."""
    assert without(body, OURS) == body


@pytest.mark.parametrize(
    ("body", "left"),
    [
        (b'{"model": "openai/gpt-4o"}', b'{"model": "gpt-4o"}'),
        (b' {"a":[{"model":"openai/x"}] ,\n"model"\t: "openai/openai/m","b":1}', None),
        (
            b'{"messages": [], "mod\\u0065l":"op\\u0065nai\\/gpt-4o \\u00e9"}',
            b'{"messages": [], "mod\\u0065l":"gpt-4o \\u00e9"}',
        ),
        (b'{"x": "model", "y": "openai/x", "model": "openai/\\"\xe2\x82\xac"}', None),
    ],
)
def test_the_head_of_a_text_goes_and_nothing_else(body: bytes, left: bytes | None) -> None:
    """Of the member of the top object only, however it is written."""
    head, _, tail = body.rpartition(b"openai/")
    wanted = left or (body.replace(b'"openai/openai/m"', b'"openai/m"') if b"openai/openai" in body else head + tail)

    assert beheaded(body, "model", 7) == wanted


def test_a_long_prompt_costs_no_more_than_its_length() -> None:
    """A megabyte of text needs a few megabytes, not hundreds."""
    body = b'{"cache": {}, "a": "%b"}' % (b"\\n" * 500_000)
    tracemalloc.start()
    try:
        left = without(body, OURS)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert left == b'{ "a": "%b"}' % (b"\\n" * 500_000)
    assert peak < 10 * len(body)


@pytest.mark.parametrize(
    ("body", "left"),
    [
        (b"{}", b'{"x":[1]}'),
        (b" { }\n", b' { "x":[1]}\n'),
        (b'{"a": 1.0 }\r\n', b'{"a": 1.0 ,"x":[1]}\r\n'),
        (b'{"x": null, "a": {"x": 2}}', b'{ "a": {"x": 2},"x":[1]}'),
        (b'{"a": 1, "x": "}"}', b'{"a": 1,"x":[1]}'),
        (b'{"x": 1}', b'{"x":[1]}'),
    ],
)
def test_a_member_is_added_at_the_end(body: bytes, left: bytes) -> None:
    """In place of one of its name; every other byte is left as it was."""
    assert added(body, "x", b"[1]") == left
