"""What an Anthropic messages request asks for."""

import copy
import itertools
import json
from typing import Any

import pytest

from warmlane.canonical import canonical
from warmlane.canonical import read as read_json
from warmlane.dialects.anthropic_messages_ask import read
from warmlane.dialects.base import Ask
from warmlane.dialects.turns import TEXT_TAKEN
from warmlane.events import NoCache, NotNear

QUESTION: dict[str, Any] = {"role": "user", "content": "What is the capital of France?"}
PNG = {"type": "base64", "media_type": "image/png", "data": "AAAA"}
FILE = {"type": "file", "file_id": "file_1"}
TOOL = {"name": "get_weather", "description": "d", "input_schema": {"type": "object"}}


def user(*blocks: Any) -> dict[str, Any]:
    """A user's message of these blocks."""
    return {"role": "user", "content": list(blocks)}


def assistant(*blocks: Any) -> dict[str, Any]:
    """An earlier answer."""
    return {"role": "assistant", "content": list(blocks)}


def said(text: str) -> dict[str, Any]:
    """A text block."""
    return {"type": "text", "text": text}


def ask(*messages: Any, **members: Any) -> Ask:
    """The Ask of a body as a client sends it: through the strict reader, so that numbers are what they are there."""
    body = {"model": "claude-sonnet-5", "max_tokens": 1024, "messages": list(messages) or [QUESTION], **members}
    return read(read_json(json.dumps(body).encode()))


def test_a_plain_question() -> None:
    """Everything that the policy wants to know, at once."""
    body = {"model": "claude-sonnet-5", "max_tokens": 1024, "messages": [QUESTION], "temperature": 0}

    seen = read(body)

    assert seen == Ask(
        model="claude-sonnet-5",
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
        ("0e5", True),
        ("1", False),
        ("1e-999", False),
        ("null", False),
        ("false", False),
        ('"0"', False),
        ("[]", False),
    ],
)
def test_only_a_zero_is_deterministic(temperature: str, expected: bool) -> None:  # noqa: FBT001 - a fact per row
    """Contract §6."""
    body = f'{{"model": "m", "messages": [{{"role": "user", "content": "x"}}], "temperature": {temperature}}}'

    assert read(read_json(body.encode())).deterministic is expected


def test_no_temperature_is_not_zero() -> None:
    """Current SDKs have no such argument: their calls are cached for who asks for it."""
    assert not ask().deterministic


@pytest.mark.parametrize(("stream", "expected"), [(True, True), (False, False), (None, False)])
def test_a_stream_says_its_usage_unasked(stream: Any, expected: bool) -> None:  # noqa: FBT001 - a fact per row
    """So nobody has to want it."""
    seen = ask(stream=stream)

    assert (seen.streamed, seen.wants_usage, seen.never) == (expected, False, None)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param({}, None, id="plain"),
        pytest.param({"container": "container_1"}, NoCache.SERVER_STATE, id="container"),
        pytest.param({"container": {"skills": []}}, NoCache.SERVER_STATE, id="skills"),
        pytest.param({"container": None}, None, id="no container"),
        pytest.param({"thread": {"type": "create"}}, NoCache.SERVER_STATE, id="thread"),
        pytest.param({"diagnostics": {"previous_message_id": None}}, NoCache.SERVER_STATE, id="diagnostics"),
        pytest.param({"fallback_credit_token": "t"}, NoCache.SERVER_STATE, id="a token that is used up"),
        pytest.param({"max_tokens": 0}, NoCache.SERVER_STATE, id="warming"),
        pytest.param({"max_tokens": 1}, None, id="one token"),
        pytest.param({"mcp_servers": [{"type": "url"}]}, NoCache.HOSTED_TOOLS, id="mcp"),
        pytest.param({"mcp_servers": []}, None, id="no mcp"),
        pytest.param({"tools": [TOOL]}, None, id="a tool"),
        pytest.param({"tools": [{**TOOL, "type": "custom"}]}, None, id="custom"),
        pytest.param({"tools": [{**TOOL, "type": None}]}, None, id="null type"),
        pytest.param({"tools": [{"type": "bash_20250124", "name": "bash"}]}, None, id="bash"),
        pytest.param({"tools": [{"type": "text_editor_20250728", "name": "e"}]}, None, id="editor"),
        pytest.param({"tools": [{"type": "memory_20250818", "name": "memory"}]}, None, id="memory"),
        *(
            pytest.param({"tools": [TOOL, {"type": kind, "name": "x"}]}, NoCache.HOSTED_TOOLS, id=str(kind))
            for kind in (
                "web_search_20250305", "web_fetch_20250910", "code_execution_20250825", "computer_20250124",
                "computer_toolset_20260801", "browser_toolset_20260801", "tool_search_tool_regex", "mcp_toolset",
                "advisor_20260301", "invented", "",
            )
        ),
        pytest.param({"tools": [{"type": ["custom"], "name": "x"}]}, NoCache.HOSTED_TOOLS, id="an odd type"),
        pytest.param({"tools": ["web_search"]}, NoCache.HOSTED_TOOLS, id="a tool by name"),
        pytest.param({"thinking": {"type": "enabled", "budget_tokens": 1024}}, None, id="thinking"),
        pytest.param({"system": [{**said("x"), "cache_control": {"type": "ephemeral"}}]}, None, id="marks"),
    ],
)  # fmt: skip
def test_what_is_never_cached(members: dict[str, Any], expected: NoCache | None) -> None:
    """Contract §6, "Never": whatever the caller wants."""
    assert ask(**members).never is expected


@pytest.mark.parametrize(
    "block",
    [
        {"type": "image", "source": FILE},
        {"type": "document", "source": FILE},
        {"type": "document", "source": {"type": "content", "content": [{"type": "image", "source": FILE}]}},
        {"type": "container_upload", "file_id": "file_1"},
        {"type": "tool_result", "tool_use_id": "1", "content": [{"type": "image", "source": FILE}]},
        {"type": "code_execution_tool_result", "content": {"content": [{"type": "code_output", "file_id": "file_1"}]}},
    ],
)
def test_what_the_provider_keeps_is_never_cached(block: dict[str, Any]) -> None:
    """An id says nothing of what is behind it now, however deep it is."""
    assert ask(user(block, said("Sum up"))).never is NoCache.SERVER_STATE
    assert ask(user(block), assistant(said("Yes.")), QUESTION).never is NoCache.SERVER_STATE


def test_a_tool_that_is_added_later_may_be_hosted() -> None:
    """It comes among the messages, and may name an MCP server."""
    added = {"type": "tool_addition", "tool": {"type": "mcp_toolset_reference", "mcp_server_name": "x"}}

    assert ask(user(added, said("Look"))).never is NoCache.HOSTED_TOOLS


USED = assistant({"type": "tool_use", "id": "1", "name": "f", "input": {"type": "file", "file_id": "7"}})
RESULT = {"type": "tool_result", "tool_use_id": "1", "content": "x"}


@pytest.mark.parametrize(
    ("messages", "members", "expected"),
    [
        pytest.param([QUESTION], {}, None, id="text"),
        pytest.param([QUESTION], {"system": "Be brief."}, None, id="system"),
        pytest.param([QUESTION], {"system": [said("Be brief.")]}, None, id="system blocks"),
        pytest.param([QUESTION], {"tools": []}, None, id="no tools"),
        pytest.param([QUESTION], {"tools": [TOOL]}, NotNear.TOOLS, id="tools"),
        pytest.param([QUESTION, USED, user(RESULT)], {}, NotNear.TOOLS, id="result"),
        pytest.param([USED, user(RESULT, said("And?"))], {}, NotNear.TOOLS, id="result and text"),
        pytest.param([assistant({"type": "server_tool_use"}), QUESTION], {}, NotNear.TOOLS, id="hosted before"),
        pytest.param([assistant({"type": "mcp_tool_result"}), QUESTION], {}, NotNear.TOOLS, id="mcp before"),
        pytest.param([user({"type": "image", "source": PNG}), QUESTION], {}, NotNear.MEDIA, id="image before"),
        pytest.param([user({"type": "document", "source": PNG}, said("?"))], {}, NotNear.MEDIA, id="document"),
        pytest.param(
            [USED, user({**RESULT, "content": [{"type": "image", "source": PNG}]})], {}, NotNear.MEDIA, id="seen"
        ),
        pytest.param([user({"type": "search_result", "content": [said("x")]})], {}, NotNear.MEDIA, id="found"),
        pytest.param([user({"type": "invented"}, said("?"))], {}, NotNear.MEDIA, id="unknown block"),
        pytest.param([assistant({"type": "thinking", "thinking": "x"}, said("a")), QUESTION], {}, None, id="thoughts"),
        pytest.param([assistant({"type": "redacted_thinking", "data": "x"}), QUESTION], {}, None, id="redacted"),
        pytest.param([QUESTION, assistant(said("The"))], {}, NotNear.TEXT, id="prefill"),
        pytest.param([QUESTION, {"role": "system", "content": "Be brief"}], {}, NotNear.TEXT, id="system last"),
        pytest.param([{"role": "user", "content": ""}], {}, NotNear.TEXT, id="empty"),
        pytest.param([{"role": "user", "content": " \n"}], {}, NotNear.TEXT, id="blank"),
        pytest.param([{"role": "user", "content": []}], {}, NotNear.TEXT, id="no blocks"),
    ],
)  # fmt: skip
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
        {"model": ["m"]},
        {"messages": None},
        {"messages": "hello"},
        {"messages": {}},
        {"messages": []},
        {"messages": ["hello"]},
        {"messages": [QUESTION, None]},
        {"messages": [{"content": "no role"}]},
        {"messages": [{"role": 1, "content": "x"}]},
        {"messages": [{"role": "user"}]},
        {"messages": [{"role": "user", "content": None}]},
        {"messages": [{"role": "user", "content": 1}]},
        {"messages": [{"role": "user", "content": TEXT_TAKEN}]},
        {"messages": [{"role": "user", "content": {"type": "text", "text": "x"}}]},
        {"messages": [user("x")]},
        {"messages": [user({"text": "x"})]},
        {"messages": [user({"type": []})]},
        {"messages": [user({"type": "text"})]},
        {"messages": [user({"type": "text", "text": TEXT_TAKEN})]},
        {"system": 1},
        {"system": {"type": "text", "text": "x"}},
        {"system": ["x"]},
        {"system": [{"type": "text"}]},
        {"stream": "true"},
        {"stream": 1},
        {"max_tokens": "0"},
        {"max_tokens": False},
        {"max_tokens": []},
        {"tools": {"name": "f"}},
        {"tools": "f"},
        {"mcp_servers": {"url": "x"}},
    ],
)
def test_what_is_not_understood_is_not_cached(members: dict[str, Any]) -> None:
    """It is the provider's to judge, and read never raises."""
    seen = ask(**members)

    assert (seen.never, seen.not_near, seen.text) == (NoCache.UNREADABLE, NotNear.TEXT, None)


def test_an_empty_body_is_not_understood() -> None:
    """Nor is one without a model or messages."""
    assert read({}).never is NoCache.UNREADABLE
    assert read({"model": "m"}).never is NoCache.UNREADABLE
    assert read({"messages": [QUESTION]}).never is NoCache.UNREADABLE


def test_blocks_may_be_nested_as_deep_as_json_may_be() -> None:
    """The walk has no stack to overflow."""
    block: Any = {"type": "image", "source": FILE}
    for _ in range(5000):
        block = {"type": "tool_result", "content": [block]}
    body = {"model": "m", "messages": [user(block)]}

    assert read(body).never is NoCache.SERVER_STATE


def test_what_is_not_in_the_key() -> None:
    """Contract §7: how the answer comes, who asks, what is ours."""
    unkeyed = {"stream": True, "metadata": {"user_id": "u"}, "cache": {"ttl": 60}, "orq": {}}

    assert ask(**unkeyed).keyed == ask().keyed
    assert ask(**unkeyed).rest == ask().rest


@pytest.mark.parametrize(
    "members",
    [
        {"model": "claude-opus-5"},
        {"temperature": 0},
        {"temperature": 1},
        {"top_p": 1},
        {"top_k": 1},
        {"max_tokens": 1025},
        {"stop_sequences": ["x"]},
        {"system": "Be brief."},
        {"system": [said("Be brief.")]},
        {"thinking": {"type": "adaptive"}},
        {"output_config": {"effort": "low"}},
        {"tools": [TOOL]},
        {"tool_choice": {"type": "none"}},
        {"service_tier": "standard_only"},
        {"inference_geo": "eu"},
        {"speed": "fast"},
        {"user": "u"},  # Anthropic has no such member: it may mean anything one day
        {"cache_control": {"type": "ephemeral"}},
        {"invented_tomorrow": None},
        {"messages": [{"role": "user", "content": "what is the capital of France?"}]},
        {"messages": [{"role": "user", "content": "Hi"}, assistant(said("Hello.")), QUESTION]},
        {"messages": [user(said(QUESTION["content"]))]},
        {"messages": [user({**said(QUESTION["content"]), "cache_control": {"type": "ephemeral"}})]},
    ],
)
def test_everything_else_is_in_the_key(members: dict[str, Any]) -> None:
    """A parameter that nobody knows yet must miss."""
    assert canonical(ask(**members).keyed) != canonical(ask().keyed)


def test_equal_rest_differs_at_most_in_the_text() -> None:
    """Of these bodies no two have the same rest, and each has the same rest with another text."""
    before, image = {"role": "user", "content": "Earlier"}, {"type": "image", "source": PNG}
    forms: list[list[dict[str, Any]]] = [
        [{"role": "user", "content": "#"}],
        [user(said("#"))],
        [user({**said("#"), "cache_control": {"type": "ephemeral"}})],
        [user(said("#"), said("#"))],
        [user(said("#"), image)],
        [user(image, said("#"))],
        [before, {"role": "user", "content": "#"}],
        [before, assistant(said("Yes.")), {"role": "user", "content": "#"}],
    ]

    def rests(text: str) -> list[bytes]:
        bodies = [{"model": "m", "messages": form} for form in forms]
        return [canonical(read(json.loads(json.dumps(body).replace("#", text))).rest) for body in bodies]

    assert rests("one") == rests("another text")
    assert all(a != b for a, b in itertools.combinations(rests("one"), 2))


def test_reading_changes_nothing() -> None:
    """The body that came is the body that is forwarded; what did not change is shared with it."""
    body = {
        "model": "m",
        "stream": True,
        "messages": [user({"type": "document", "source": {"type": "content", "content": [said("x")]}}, said("a"))],
        "tools": [TOOL],
    }
    before = copy.deepcopy(body)

    seen = read(body)

    assert body == before
    assert seen.rest["tools"] is body["tools"]
    assert seen.keyed["messages"] is body["messages"]
