"""What an OpenAI Responses request asks for."""

import copy
import itertools
import json
from typing import Any

import pytest

from warmlane.canonical import canonical
from warmlane.dialects.base import Ask
from warmlane.dialects.openai_responses_ask import read
from warmlane.dialects.turns import TEXT_TAKEN
from warmlane.events import NoCache, NotNear

TEXT = "What is the capital of France?"
QUESTION = {"role": "user", "content": TEXT}
TOOL = {"type": "function", "name": "f", "parameters": {}}
CALL = {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"}
RESULT = {"type": "function_call_output", "call_id": "call_1", "output": "21"}
CUSTOM = {"type": "custom_tool_call", "call_id": "call_2", "name": "c", "input": "x"}
CUSTOM_RESULT = {
    "type": "custom_tool_call_output",
    "call_id": "call_2",
    "output": [{"type": "input_text", "text": "y"}],
}
THOUGHT = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAAA"}
ANSWER = {"type": "message", "id": "msg_1", "role": "assistant", "content": [{"type": "output_text", "text": "Hi."}]}
IMAGE = {"type": "input_image", "detail": "auto", "image_url": "data:image/png;base64,AAAA"}


def part(text: str = TEXT) -> dict[str, Any]:
    """A part of a text."""
    return {"type": "input_text", "text": text}


def user(*parts: Any) -> dict[str, Any]:
    """A user's message of these parts."""
    return {"type": "message", "role": "user", "content": list(parts)}


def ask(asked: Any = TEXT, **members: Any) -> Ask:
    """A request with this input; None takes a member away."""
    body = {"model": "gpt-4o", "input": asked, **members}
    return read({name: value for name, value in body.items() if value is not None})


def test_a_usual_request() -> None:
    """Model, mode, text; all of the body is in the key, and the rest lacks the text only."""
    seen = ask(temperature=0, instructions="Be brief.")

    assert (seen.model, seen.streamed, seen.deterministic) == ("gpt-4o", False, True)
    assert (seen.never, seen.not_near, seen.text) == (None, None, TEXT)
    assert seen.keyed == {"model": "gpt-4o", "input": TEXT, "temperature": 0, "instructions": "Be brief."}
    assert seen.rest == {**seen.keyed, "input": TEXT_TAKEN}


def test_usage_comes_with_every_stream() -> None:
    """There is no chunk to ask for."""
    seen = ask(stream=True, stream_options={"include_usage": True, "include_obfuscation": False})

    assert (seen.streamed, seen.wants_usage) == (True, False)
    assert seen.keyed == ask().keyed


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        (TEXT, TEXT),
        ([QUESTION], TEXT),
        ([user(part())], TEXT),
        ([user(part("a"), part("b"))], "a\nb"),
        ([{"role": "system", "content": "Be brief."}, ANSWER, QUESTION], TEXT),
        ([THOUGHT, ANSWER, QUESTION], TEXT),
        ([{"type": "compaction", "encrypted_content": "gAAAA"}, QUESTION], TEXT),
    ],
)
def test_the_text_is_the_last_users(asked: Any, text: str) -> None:
    """A string, or the text parts of the last message joined; what came before is history."""
    seen = ask(asked)

    assert (seen.never, seen.not_near, seen.text) == (None, None, text)


@pytest.mark.parametrize(
    ("asked", "members", "expected"),
    [
        (TEXT, {"tools": [TOOL]}, NotNear.TOOLS),
        (TEXT, {"tools": []}, None),
        (TEXT, {"tools": [{"type": "custom", "name": "c"}]}, NotNear.TOOLS),
        ([QUESTION, CALL, RESULT], {}, NotNear.TOOLS),
        ([CALL, RESULT, QUESTION], {}, NotNear.TOOLS),
        ([CUSTOM, CUSTOM_RESULT, QUESTION], {}, NotNear.TOOLS),
        ([user(IMAGE, part())], {}, NotNear.MEDIA),
        ([user(IMAGE), QUESTION], {}, NotNear.MEDIA),
        ([user({"type": "input_file", "file_data": "data:,x", "filename": "x"}, part())], {}, NotNear.MEDIA),
        ([{**RESULT, "output": [IMAGE]}, QUESTION], {}, NotNear.MEDIA),
        ([user({"type": "input_audio"})], {}, NotNear.MEDIA),
        ([user({"type": "invented"})], {}, NotNear.MEDIA),
        ([QUESTION, ANSWER], {}, NotNear.TEXT),
        ([QUESTION, THOUGHT], {}, NotNear.TEXT),
        ([{"role": "developer", "content": "Be brief."}], {}, NotNear.TEXT),
        ([user()], {}, NotNear.TEXT),
        ([user(part(" \n"))], {}, NotNear.TEXT),
        ([{"role": "user"}], {}, NotNear.TEXT),
        (" \n", {}, NotNear.TEXT),
    ],
)
def test_what_is_matched_exactly_only(asked: Any, members: dict[str, Any], expected: NotNear | None) -> None:
    """Media, tools, or nothing to embed."""
    seen = ask(asked, **members)

    assert (seen.never, seen.not_near) == (None, expected)
    if expected is NotNear.TEXT:
        assert (seen.text, seen.rest) == (None, seen.keyed)


@pytest.mark.parametrize(
    ("asked", "members", "expected"),
    [
        (TEXT, {"previous_response_id": "resp_1"}, NoCache.SERVER_STATE),
        (TEXT, {"conversation": "conv_1"}, NoCache.SERVER_STATE),
        (TEXT, {"conversation": {"id": "conv_1"}}, NoCache.SERVER_STATE),
        (TEXT, {"background": True}, NoCache.SERVER_STATE),
        (TEXT, {"background": False}, None),
        (TEXT, {"prompt": {"id": "pmpt_1"}}, NoCache.SERVER_STATE),
        (None, {"prompt": {"id": "pmpt_1"}}, NoCache.SERVER_STATE),
        (None, {"conversation": "conv_1"}, NoCache.SERVER_STATE),
        (TEXT, {"store": True}, NoCache.SERVER_STATE),
        (TEXT, {"store": False}, None),
        ([{"type": "item_reference", "id": "msg_1"}, QUESTION], {}, NoCache.SERVER_STATE),
        ([{"id": "msg_1"}, QUESTION], {}, NoCache.SERVER_STATE),
        ([user({"type": "input_file", "file_id": "file-1"}, part())], {}, NoCache.SERVER_STATE),
        ([user({"type": "input_image", "detail": "auto", "file_id": "file-1"})], {}, NoCache.SERVER_STATE),
        ([{**RESULT, "output": [{"type": "input_image", "file_id": "file-1"}]}], {}, NoCache.SERVER_STATE),
        (TEXT, {"n": 2}, NoCache.CHOICES),
        (TEXT, {"n": 1}, None),
        (TEXT, {"modalities": ["text", "audio"]}, NoCache.MEDIA),
        (TEXT, {"model": "m:online"}, NoCache.HOSTED_TOOLS),
        (TEXT, {"plugins": [{"id": "web"}]}, NoCache.HOSTED_TOOLS),
        *[
            (TEXT, {"tools": [TOOL, {"type": kind}]}, NoCache.HOSTED_TOOLS)
            for kind in (
                "web_search", "web_search_preview", "file_search", "code_interpreter", "mcp", "computer",
                "computer_use_preview", "image_generation", "local_shell", "shell", "apply_patch", "tool_search",
                "namespace", "programmatic_tool_calling", "invented",
            )
        ],
        *[
            ([{"type": kind, "id": "x_1"}, QUESTION], {}, NoCache.HOSTED_TOOLS)
            for kind in (
                "web_search_call", "file_search_call", "code_interpreter_call", "mcp_call", "mcp_list_tools",
                "computer_call", "image_generation_call", "additional_tools", "compaction_trigger", "invented",
            )
        ],
    ],
)  # fmt: skip
def test_what_is_never_cached(asked: Any, members: dict[str, Any], expected: NoCache | None) -> None:
    """Contract §6: what the provider keeps, its own tools, their traces in the history."""
    assert ask(asked, **members).never is expected


@pytest.mark.parametrize(
    ("asked", "members"),
    [
        (TEXT, {"model": 1}), (TEXT, {"model": ""}), (None, {}), ("", {}), ([], {}), (1, {}), ({"role": "user"}, {}),
        (TEXT_TAKEN, {}), ([TEXT], {}), ([None], {}), ([QUESTION, []], {}), ([{"type": 1}], {}),
        ([{"type": "message", "content": "no role"}], {}), ([{"role": 1, "content": "x"}], {}),
        ([{"role": None, "content": "x"}], {}), ([{"role": "user", "content": 1}], {}),
        ([{"role": "user", "content": TEXT_TAKEN}], {}), ([{"role": "user", "content": part()}], {}),
        ([user("x")], {}), ([user({"text": "x"})], {}), ([user({"type": []})], {}),
        ([user({"type": "input_text"})], {}),
        ([user({"type": "input_text", "text": TEXT_TAKEN})], {}), ([{**RESULT, "output": 1}], {}),
        ([{**RESULT, "output": [None]}], {}), (TEXT, {"stream": "true"}), (TEXT, {"n": "2"}),
        (TEXT, {"tools": TOOL}), (TEXT, {"modalities": "audio"}),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_not_cached(asked: Any, members: dict[str, Any]) -> None:
    """It is the provider's to judge, and read never raises."""
    seen = ask(asked, **members)

    assert (seen.never, seen.not_near, seen.text) == (NoCache.UNREADABLE, NotNear.TEXT, None)


def test_what_is_not_in_the_key() -> None:
    """Contract §7: how the answer comes, who asks, what is ours."""
    unkeyed = {
        "stream": True, "stream_options": {}, "cache": {"ttl": 60}, "orq": {}, "user": "u", "metadata": {"a": "b"},
        "safety_identifier": "s", "prompt_cache_key": "k", "prompt_cache_retention": "24h", "prompt_cache_options": {},
    }  # fmt: skip

    assert ask(**unkeyed).keyed == ask().keyed
    assert ask(**unkeyed).rest == ask().rest


@pytest.mark.parametrize(
    "members",
    [
        {"model": "gpt-4o-mini"}, {"instructions": "Be brief."}, {"temperature": 0}, {"top_p": 1}, {"store": False},
        {"max_output_tokens": 16}, {"max_tool_calls": 1}, {"reasoning": {"effort": "low"}}, {"tools": [TOOL]},
        {"text": {"format": {"type": "json_object"}}}, {"truncation": "auto"}, {"tool_choice": "none"},
        {"include": ["reasoning.encrypted_content"]}, {"top_logprobs": 2}, {"service_tier": "flex"},
        {"context_management": []}, {"parallel_tool_calls": False}, {"moderation": {}}, {"invented_tomorrow": 1},
    ],
)  # fmt: skip
def test_everything_else_is_in_the_key(members: dict[str, Any]) -> None:
    """A parameter that nobody knows yet must miss."""
    assert canonical(ask(**members).keyed) != canonical(ask().keyed)


def test_equal_rest_differs_at_most_in_the_text() -> None:
    """Of these inputs no two have the same rest, and each has the same rest with another text."""
    forms: list[Any] = [
        "#",
        [{"role": "user", "content": "#"}],
        [{"type": "message", "role": "user", "content": "#"}],
        [user(part("#"))],
        [user(part("#"), part("#"))],
        [user(part("#"), IMAGE)],
        [user({**part("#"), "prompt_cache_breakpoint": {"mode": "explicit"}})],
        [ANSWER, user(part("#"))],
        [THOUGHT, user(part("#"))],
        [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "#"}],
    ]

    def rests(text: str) -> list[bytes]:
        return [canonical(ask(json.loads(json.dumps(form).replace("#", text))).rest) for form in forms]

    assert rests("one") == rests("another text")
    assert all(a != b for a, b in itertools.combinations(rests("one"), 2))


def test_reading_changes_nothing() -> None:
    """The body that came is the body that is forwarded; what did not change is shared with it."""
    body = {"model": "gpt-4o", "stream": True, "input": [ANSWER, user(part("a"))], "text": {"verbosity": "low"}}
    before = copy.deepcopy(body)

    seen = read(body)

    assert seen.rest["text"] is body["text"]
    assert body == before
