"""What a chat completion request asks for."""

import copy
import itertools
import json
from typing import Any

import pytest

from warmlane.canonical import canonical
from warmlane.canonical import read as read_json
from warmlane.dialects.base import Ask
from warmlane.dialects.openai_chat_ask import read
from warmlane.dialects.turns import TEXT_TAKEN
from warmlane.events import NoCache, NotNear

QUESTION: dict[str, Any] = {"role": "user", "content": "What is the capital of France?"}
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}


def ask(*messages: Any, **members: Any) -> Ask:
    """The Ask of a body as a client sends it: through the strict reader, so that numbers are what they are there."""
    body = {"model": "gpt-4o", "messages": list(messages) or [QUESTION], **members}
    return read(read_json(json.dumps(body).encode()))


def test_a_plain_question() -> None:
    """Everything that the policy wants to know, at once."""
    body = {"model": "gpt-4o", "messages": [QUESTION], "temperature": 0}

    seen = read(body)

    assert seen == Ask(
        model="gpt-4o",
        streamed=False,
        wants_usage=False,
        deterministic=True,
        never=None,
        not_near=None,
        text="What is the capital of France?",
        keyed=body,
        cut=seen.cut,
    )
    assert seen.rest == {**body, "messages": [{"role": "user", "content": TEXT_TAKEN}]}


@pytest.mark.parametrize(
    ("temperature", "expected"),
    [
        ("0", True),
        ("0.0", True),
        ("-0.0", True),
        ("-0", True),
        ("0e5", True),
        ("1", False),
        ("0.7", False),
        ("1e-30", False),
        ("null", False),
        ("false", False),
        ("true", False),
        ('"0"', False),
        ("[]", False),
        ("{}", False),
    ],
)
def test_deterministic_is_a_temperature_of_zero(temperature: str, expected: bool) -> None:  # noqa: FBT001 - a fact per row
    """Present and equal to 0; false is no number."""
    body = f'{{"model":"gpt-4o","messages":[{json.dumps(QUESTION)}],"temperature":{temperature}}}'

    assert read(read_json(body.encode())).deterministic is expected


def test_an_absent_temperature_is_the_providers_own() -> None:
    """Which is 1, not 0."""
    assert ask().deterministic is False


@pytest.mark.parametrize(
    ("members", "streamed", "wants_usage"),
    [
        ({}, False, False),
        ({"stream": False}, False, False),
        ({"stream": None}, False, False),
        ({"stream": True}, True, False),
        ({"stream": True, "stream_options": None}, True, False),
        ({"stream": True, "stream_options": []}, True, False),
        ({"stream": True, "stream_options": {"include_usage": False}}, True, False),
        ({"stream": True, "stream_options": {"include_usage": True}}, True, True),
        ({"stream_options": {"include_usage": True}}, False, False),
    ],
)
def test_how_the_answer_is_wanted(members: dict[str, Any], streamed: bool, wants_usage: bool) -> None:  # noqa: FBT001 - a fact per row
    """A usage chunk is a matter of streams."""
    seen = ask(**members)

    assert (seen.streamed, seen.wants_usage, seen.never) == (streamed, wants_usage, None)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param({"n": 1}, None, id="n 1"),
        pytest.param({"n": None}, None, id="n null"),
        pytest.param({"n": 2}, NoCache.CHOICES, id="n 2"),
        pytest.param({"n": 1.5}, NoCache.CHOICES, id="n 1.5"),
        pytest.param({"best_of": 3}, NoCache.CHOICES, id="best_of"),
        pytest.param({"store": False}, None, id="store false"),
        pytest.param({"store": None}, None, id="store null"),
        pytest.param({"store": True}, NoCache.SERVER_STATE, id="store"),
        pytest.param({"store": "yes"}, NoCache.SERVER_STATE, id="store, oddly"),
        pytest.param({"previous_response_id": "resp_1"}, NoCache.SERVER_STATE, id="previous response"),
        pytest.param({"conversation": {"id": "conv_1"}}, NoCache.SERVER_STATE, id="conversation"),
        pytest.param({"background": True}, NoCache.SERVER_STATE, id="background"),
        pytest.param({"background": False}, None, id="no background"),
        pytest.param({"prompt": {"id": "pmpt_1"}}, NoCache.SERVER_STATE, id="template"),
        pytest.param({"web_search_options": {}}, NoCache.HOSTED_TOOLS, id="web search"),
        pytest.param({"web_search_options": None}, None, id="web search null"),
        pytest.param({"search_parameters": {"mode": "auto"}}, NoCache.HOSTED_TOOLS, id="xAI search"),
        pytest.param({"plugins": [{"id": "web"}]}, NoCache.HOSTED_TOOLS, id="OpenRouter plugins"),
        pytest.param({"model": "openai/gpt-4o:online"}, NoCache.HOSTED_TOOLS, id="OpenRouter search"),
        pytest.param({"tools": [TOOL]}, None, id="function"),
        pytest.param({"tools": [{"type": "custom", "custom": {"name": "x"}}]}, None, id="custom tool"),
        pytest.param({"tools": [TOOL, {"type": "mcp"}]}, NoCache.HOSTED_TOOLS, id="mcp"),
        pytest.param({"tools": [{"google_search": {}}]}, NoCache.HOSTED_TOOLS, id="a tool without a type"),
        pytest.param({"tools": ["web_search"]}, NoCache.HOSTED_TOOLS, id="a tool by name"),
        pytest.param({"tools": [{"type": ["function"]}]}, NoCache.HOSTED_TOOLS, id="an odd type"),
        pytest.param({"modalities": ["text"]}, None, id="text out"),
        pytest.param({"modalities": ["text", "audio"]}, NoCache.MEDIA, id="audio out"),
        pytest.param({"modalities": ["image", "text"]}, NoCache.MEDIA, id="image out"),
        pytest.param({"audio": {"voice": "alloy", "format": "wav"}}, NoCache.MEDIA, id="a voice"),
        pytest.param({"audio": None}, None, id="no voice"),
        pytest.param({"prediction": {"type": "content", "content": "x"}}, None, id="a prediction is keyed"),
    ],
)
def test_what_is_never_cached(members: dict[str, Any], expected: NoCache | None) -> None:
    """Contract §6, "Never": whatever the caller wants."""
    assert ask(**members).never is expected


@pytest.mark.parametrize(
    "message",
    [
        {"role": "assistant", "audio": {"id": "audio_1"}},
        {"role": "user", "content": [{"type": "file", "file": {"file_id": "file-1"}}]},
    ],
)
def test_what_the_provider_keeps_is_never_cached(message: dict[str, Any]) -> None:
    """An id says nothing of what is behind it now."""
    assert ask(message, QUESTION).never is NoCache.SERVER_STATE


def test_a_file_in_the_request_is_media() -> None:
    """Its bytes are in the key."""
    part = {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AAAA"}}
    seen = ask({"role": "user", "content": [part, {"type": "text", "text": "Sum up"}]})

    assert (seen.never, seen.not_near, seen.text) == (None, NotNear.MEDIA, "Sum up")


@pytest.mark.parametrize(
    ("messages", "members", "expected"),
    [
        pytest.param([QUESTION], {}, None, id="text"),
        pytest.param([QUESTION], {"tools": []}, None, id="no tools"),
        pytest.param([QUESTION], {"tools": None, "functions": None}, None, id="null tools"),
        pytest.param([QUESTION], {"tools": [TOOL]}, NotNear.TOOLS, id="tools"),
        pytest.param([QUESTION], {"functions": [{"name": "f"}]}, NotNear.TOOLS, id="functions"),
        pytest.param([{"role": "tool", "tool_call_id": "1", "content": "x"}, QUESTION], {}, NotNear.TOOLS, id="result"),
        pytest.param([{"role": "function", "name": "f", "content": "x"}, QUESTION], {}, NotNear.TOOLS, id="old result"),
        pytest.param([{"role": "assistant", "tool_calls": [{"id": "1"}]}, QUESTION], {}, NotNear.TOOLS, id="call"),
        pytest.param(
            [{"role": "assistant", "function_call": {"name": "f"}}, QUESTION], {}, NotNear.TOOLS, id="old call"
        ),
        pytest.param([{"role": "assistant", "content": "a", "tool_calls": []}, QUESTION], {}, None, id="no call"),
        pytest.param([{"role": "user", "content": [IMAGE]}, QUESTION], {}, NotNear.MEDIA, id="image before"),
        pytest.param(
            [{"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]}, QUESTION],
            {},
            None,
            id="refusal",
        ),
        pytest.param([{"role": "user", "content": [{"type": "input_audio"}]}], {}, NotNear.MEDIA, id="audio"),
        pytest.param([{"role": "user", "content": [{"type": "invented"}]}], {}, NotNear.MEDIA, id="unknown part"),
        pytest.param([QUESTION, {"role": "assistant", "content": "The"}], {}, NotNear.TEXT, id="prefill"),
        pytest.param([{"role": "system", "content": "Be brief"}], {}, NotNear.TEXT, id="system only"),
        pytest.param([{"role": "user", "content": None}], {}, NotNear.TEXT, id="null"),
        pytest.param([{"role": "user"}], {}, NotNear.TEXT, id="absent"),
        pytest.param([{"role": "user", "content": ""}], {}, NotNear.TEXT, id="empty"),
        pytest.param([{"role": "user", "content": " \n"}], {}, NotNear.TEXT, id="blank"),
        pytest.param([{"role": "user", "content": []}], {}, NotNear.TEXT, id="no parts"),
    ],
)
def test_what_is_matched_exactly_only(messages: list[Any], members: dict[str, Any], expected: NotNear | None) -> None:
    """Media, tools, or nothing to embed."""
    seen = ask(*messages, **members)

    assert (seen.never, seen.not_near) == (None, expected)
    if expected is NotNear.TEXT:
        assert (seen.text, seen.rest) == (None, seen.keyed)


@pytest.mark.parametrize(
    "members",
    [
        {"model": None},
        {"model": ""},
        {"model": ["gpt-4o"]},
        {"messages": None},
        {"messages": "hello"},
        {"messages": {}},
        {"messages": []},
        {"messages": ["hello"]},
        {"messages": [QUESTION, None]},
        {"messages": [{"content": "no role"}]},
        {"messages": [{"role": 1, "content": "x"}]},
        {"messages": [{"role": "user", "content": 1}]},
        {"messages": [{"role": "user", "content": TEXT_TAKEN}]},
        {"messages": [{"role": "user", "content": {"type": "text", "text": "x"}}]},
        {"messages": [{"role": "user", "content": ["x"]}]},
        {"messages": [{"role": "user", "content": [{"text": "x"}]}]},
        {"messages": [{"role": "user", "content": [{"type": []}]}]},
        {"messages": [{"role": "user", "content": [{"type": "text"}]}]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": TEXT_TAKEN}]}]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": None}]}]},
        {"stream": "true"},
        {"stream": 1},
        {"stream": [1]},
        {"n": "2"},
        {"n": True},
        {"n": [2]},
        {"best_of": {}},
        {"tools": {"type": "function"}},
        {"functions": "f"},
        {"modalities": "audio"},
    ],
)
def test_what_is_not_understood_is_not_cached(members: dict[str, Any]) -> None:
    """It is the provider's to judge, and read never raises."""
    seen = ask(**members)

    assert (seen.never, seen.not_near, seen.text) == (NoCache.UNREADABLE, NotNear.TEXT, None)


def test_an_empty_body_is_not_understood() -> None:
    """Nor is one without a model or messages."""
    assert read({}).never is NoCache.UNREADABLE
    assert read({"model": "gpt-4o"}).never is NoCache.UNREADABLE
    assert read({"messages": [QUESTION]}).never is NoCache.UNREADABLE


def test_what_is_not_in_the_key() -> None:
    """Contract §7: how the answer comes, who asks, what is ours."""
    unkeyed = {
        "stream": True,
        "stream_options": {"include_usage": True},
        "cache": {"ttl": 60},
        "orq": {},
        "user": "u",
        "metadata": {"a": "b"},
        "safety_identifier": "s",
        "prompt_cache_key": "k",
        "prompt_cache_retention": "24h",
        "prompt_cache_options": {},
    }

    assert ask(**unkeyed).keyed == ask().keyed
    assert ask(**unkeyed).rest == ask().rest


@pytest.mark.parametrize(
    "members",
    [
        {"model": "gpt-4o-mini"},
        {"temperature": 0},
        {"temperature": 1},
        {"top_p": 1},
        {"max_tokens": 10},
        {"max_completion_tokens": 10},
        {"stop": "x"},
        {"seed": 1},
        {"n": 1},
        {"logit_bias": {"1": 1}},
        {"logprobs": True},
        {"response_format": {"type": "json_object"}},
        {"tools": [TOOL]},
        {"tool_choice": "none"},
        {"reasoning_effort": "low"},
        {"service_tier": "flex"},
        {"store": False},
        {"invented_tomorrow": None},
        {"messages": [{"role": "user", "content": "what is the capital of France?"}]},
        {"messages": [{"role": "system", "content": "Be brief."}, QUESTION]},
        {"messages": [{**QUESTION, "name": "ada"}]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": QUESTION["content"]}]}]},
    ],
)
def test_everything_else_is_in_the_key(members: dict[str, Any]) -> None:
    """A parameter that nobody knows yet must miss."""
    assert canonical(ask(**members).keyed) != canonical(ask().keyed)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Hello", "Hello"),
        ("  Hello\n", "  Hello\n"),
        ([{"type": "text", "text": "Hello"}], "Hello"),
        ([{"type": "text", "text": "Hello"}, {"type": "text", "text": "you"}], "Hello\nyou"),
        ([IMAGE, {"type": "text", "text": "What is it?"}, IMAGE], "What is it?"),
    ],
)
def test_the_text_is_the_last_users(content: Any, text: str) -> None:
    """A string, or the text parts joined; earlier ones are history."""
    seen = ask({"role": "user", "content": "Earlier"}, {"role": "user", "content": content})

    assert seen.text == text


def test_equal_rest_differs_at_most_in_the_text() -> None:
    """Of these bodies no two have the same rest, and each has the same rest with another text."""
    before = {"role": "user", "content": "Earlier"}
    forms: list[list[dict[str, Any]]] = [
        [{"role": "user", "content": "#"}],
        [{"role": "user", "content": "#", "name": "ada"}],
        [{"role": "user", "content": [{"type": "text", "text": "#"}]}],
        [{"role": "user", "content": [{"type": "text", "text": "#", "cache_control": {"type": "ephemeral"}}]}],
        [{"role": "user", "content": [{"type": "text", "text": "#"}, {"type": "text", "text": "#"}]}],
        [{"role": "user", "content": [{"type": "text", "text": "#"}, IMAGE]}],
        [{"role": "user", "content": [IMAGE, {"type": "text", "text": "#"}]}],
        [before, {"role": "user", "content": "#"}],
        [{"role": "system", "content": "Earlier"}, {"role": "user", "content": "#"}],
    ]

    def rests(text: str) -> list[bytes]:
        return [canonical(read(json.loads(json.dumps(body(form)).replace("#", text))).rest) for form in forms]

    def body(form: list[dict[str, Any]]) -> dict[str, Any]:
        return {"model": "gpt-4o", "messages": form}

    assert rests("one") == rests("another text")
    assert all(a != b for a, b in itertools.combinations(rests("one"), 2))


@pytest.mark.parametrize("text", ["true", "True", "null", "{}", '{"text":true}'])
def test_a_text_that_looks_like_the_placeholder_is_a_text(text: str) -> None:
    """The placeholder is no string, and a body that holds it in a string's place is not understood."""
    seen = ask({"role": "user", "content": text})

    assert seen.text == text
    assert canonical(seen.rest) == canonical(ask().rest)
    assert canonical(seen.keyed) != canonical(seen.rest)


def test_reading_changes_nothing() -> None:
    """The body that came is the body that is forwarded; what did not change is shared with it."""
    body = {
        "model": "gpt-4o",
        "stream": True,
        "messages": [
            {"role": "system", "content": "Be brief"},
            {"role": "user", "content": [{"type": "text", "text": "a"}]},
        ],
        "response_format": {"type": "json_object"},
    }
    before = copy.deepcopy(body)

    seen = read(body)

    assert body == before
    assert seen.rest["response_format"] is body["response_format"]
    assert seen.rest["messages"][0] is body["messages"][0]  # type: ignore[index]
    assert seen.keyed["messages"] is body["messages"]
