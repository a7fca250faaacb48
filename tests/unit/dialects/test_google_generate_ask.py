"""What a Google request asks for."""

from typing import Any

import pytest
from jiter import LosslessFloat

from samples import dump
from warmlane.canonical import canonical, read
from warmlane.dialects.base import Ask
from warmlane.dialects.google_generate_ask import TEXT_TAKEN
from warmlane.dialects.google_generate_ask import read as ask_of
from warmlane.events import NoCache, NotNear

PATH = "/v1beta/models/gemini-2.5-flash:generateContent"
STREAM = "/v1beta/models/gemini-2.5-flash:streamGenerateContent"
CALL = {"functionCall": {"name": "f", "args": {}}}
ANSWER = {"functionResponse": {"name": "f", "response": {"a": 1}}}
IMAGE = {"inlineData": {"mimeType": "image/png", "data": "AAAA"}}
FILE = {"fileData": {"fileUri": "https://example.com/a.pdf"}}
OWN = [{"functionDeclarations": [{"name": "f"}]}]


def user(*parts: Any, role: str | None = "user") -> dict[str, Any]:
    """A content of texts and other parts."""
    said = [{"text": part} if isinstance(part, str) else part for part in parts]
    return {"parts": said} if role is None else {"role": role, "parts": said}


BEFORE = [user("a"), user("b", role="model")]


def asked(path: str = PATH, query: str = "", **members: Any) -> Ask:
    """What a body of these members asks for; the contents are a question unless said."""
    return ask_of(read(dump({"contents": [user("Why?")], **members})), path, query)


def test_a_plain_question() -> None:
    """It is matched by its text, and the model is the path's."""
    ask = asked(generationConfig={"temperature": 0}, labels={"team": "a"})

    assert (ask.model, ask.streamed, ask.as_array, ask.deterministic) == ("gemini-2.5-flash", False, False, True)
    assert (ask.never, ask.not_near, ask.text, ask.wants_usage) == (None, None, "Why?", False)
    assert ask.keyed == {"contents": [user("Why?")], "generationConfig": {"temperature": 0}}
    assert ask.rest == {
        "contents": [{"role": "user", "parts": [{"text": TEXT_TAKEN}]}],
        "generationConfig": {"temperature": 0},
    }


@pytest.mark.parametrize(
    ("path", "model"),
    [
        (PATH, "gemini-2.5-flash"),
        ("/v1/models/gemini-2.5-pro:streamGenerateContent", "gemini-2.5-pro"),
        ("/v1beta/tunedModels/mine-1:generateContent", "tunedModels/mine-1"),
        ("/v1alpha/models/a:b:generateContent", "a:b"),
    ],
)
def test_the_model_is_in_the_path(path: str, model: str) -> None:
    """And nowhere else."""
    assert asked(path).model == model


@pytest.mark.parametrize("path", ["", "/", "/v1beta/models", "/v1beta/models/a:countTokens", "/models/a"])
def test_another_path_asks_for_nothing_that_is_cached(path: str) -> None:
    """Whoever routed it here."""
    assert asked(path).never is NoCache.UNREADABLE


@pytest.mark.parametrize(
    ("path", "query", "streamed", "as_array", "never"),
    [
        (PATH, "", False, False, None),
        (PATH, "alt=json", False, False, None),
        (PATH, "key=abc&prettyPrint=false", False, False, None),
        (PATH, "alt=sse", False, False, NoCache.ENDPOINT),
        (PATH, "alt=proto", False, False, NoCache.ENDPOINT),
        (STREAM, "alt=sse", True, False, None),
        (STREAM, "key=abc&alt=sse", True, False, None),
        (STREAM, "$alt=sse", True, False, None),
        (STREAM, "%24alt=sse", True, False, None),
        (STREAM, "", True, True, None),
        (STREAM, "alt=json", True, True, None),
        (STREAM, "alt=media", True, True, NoCache.ENDPOINT),
        (STREAM, "alt=sse&alt=json", True, True, NoCache.ENDPOINT),
    ],
)
def test_the_mode_is_in_the_path_and_the_query(
    path: str,
    query: str,
    streamed: bool,  # noqa: FBT001 - facts per row
    as_array: bool,  # noqa: FBT001
    never: NoCache | None,
) -> None:
    """`alt` is not in the key, so a form that is not read here must not be answered from what is."""
    ask = asked(path, query)

    assert (ask.streamed, ask.as_array, ask.never) == (streamed, as_array, never)


@pytest.mark.parametrize(
    ("config", "deterministic"),
    [
        ({"temperature": 0}, True),
        ({"temperature": 0.0}, True),
        ({"temperature": -0.0}, True),
        ({"temperature": 0.5}, False),
        ({"temperature": None}, False),
        ({"temperature": False}, False),
        ({"temperature": "0"}, False),
        ({}, False),
        (None, False),
    ],
)
def test_only_a_temperature_of_zero_is_deterministic(config: Any, deterministic: bool) -> None:  # noqa: FBT001 - a fact per row
    """It stands in generationConfig, in either spelling; outside it says nothing."""
    assert asked(generationConfig=config).deterministic == deterministic
    assert asked(generation_config=config).deterministic == deterministic
    assert not asked(temperature=0).deterministic


def test_a_number_is_compared_exactly() -> None:
    """1e-999 is not 0, though a float cannot hold it."""
    body = {"contents": [user("Why?")], "generationConfig": {"temperature": LosslessFloat(b"1e-999")}}

    assert not ask_of(body, PATH, "").deterministic


def config(**members: Any) -> dict[str, Any]:
    """A body's generationConfig."""
    return {"generationConfig": members}


@pytest.mark.parametrize(
    ("members", "never"),
    [
        pytest.param(config(candidateCount=1), None, id="one candidate"),
        pytest.param(config(candidateCount=2), NoCache.CHOICES, id="two candidates"),
        pytest.param(config(candidate_count=2), NoCache.CHOICES, id="two candidates, snake"),
        pytest.param({"generation_config": {"candidateCount": 2}}, NoCache.CHOICES, id="snake around camel"),
        pytest.param({"cachedContent": "cachedContents/1"}, NoCache.SERVER_STATE, id="cached content"),
        pytest.param({"cached_content": "cachedContents/1"}, NoCache.SERVER_STATE, id="cached content, snake"),
        pytest.param({"store": True}, NoCache.SERVER_STATE, id="store"),
        pytest.param({"store": False}, None, id="no store"),
        pytest.param(config(continuationToken="t"), NoCache.SERVER_STATE, id="continuation"),
        pytest.param({"continuation_token": "t"}, NoCache.SERVER_STATE, id="continuation, snake"),
        pytest.param({"contents": [user("Read", FILE)]}, NoCache.SERVER_STATE, id="file"),
        pytest.param({"contents": [user({"file_data": {}}), user("Why?")]}, NoCache.SERVER_STATE, id="file before"),
        pytest.param({"systemInstruction": user(FILE)}, NoCache.SERVER_STATE, id="file in system"),
        pytest.param(
            {"contents": [user({"functionResponse": {"name": "f", "parts": [FILE]}})]},
            NoCache.SERVER_STATE,
            id="file from a function",
        ),
        pytest.param({"contents": [user("See", IMAGE)]}, None, id="image in the body"),
        pytest.param({"tools": OWN}, None, id="functions"),
        pytest.param({"tools": [{"function_declarations": []}]}, None, id="functions, snake"),
        pytest.param({"tools": OWN[0]}, None, id="functions, no list"),
        pytest.param({"tools": [{"functionDeclarations": [], "googleSearch": None}]}, None, id="null tool"),
        *(
            pytest.param({"tools": [{name: {}}]}, NoCache.HOSTED_TOOLS, id=name)
            for name in (
                "googleSearch", "google_search", "googleSearchRetrieval", "google_search_retrieval", "urlContext",
                "url_context", "codeExecution", "code_execution", "fileSearch", "file_search", "computerUse",
                "computer_use", "googleMaps", "google_maps", "retrieval", "enterpriseWebSearch", "mcpServers",
                "aToolOfNextYear",
            )
        ),
        pytest.param({"tools": [*OWN, {"googleSearch": {}}]}, NoCache.HOSTED_TOOLS, id="one of two"),
        pytest.param({"tools": {"googleSearch": {}}}, NoCache.HOSTED_TOOLS, id="search, no list"),
        pytest.param({"tools": ["search"]}, NoCache.HOSTED_TOOLS, id="no object"),
        pytest.param(config(responseModalities=["TEXT"]), None, id="text"),
        pytest.param(config(responseModalities=["Text"]), None, id="text in small letters"),
        pytest.param(config(responseModalities=["TEXT", "IMAGE"]), NoCache.MEDIA, id="images"),
        pytest.param(config(response_modalities=["AUDIO"]), NoCache.MEDIA, id="audio"),
        pytest.param(config(responseModalities="IMAGE"), NoCache.MEDIA, id="images, no list"),
        pytest.param(config(responseModalities=[2]), NoCache.MEDIA, id="images, by number"),
        pytest.param(config(speechConfig={}), NoCache.MEDIA, id="speech"),
    ],
)  # fmt: skip
def test_what_is_never_cached(members: dict[str, Any], never: NoCache | None) -> None:
    """Contract §6, in either spelling."""
    assert asked(**members).never is never


@pytest.mark.parametrize(
    "members",
    [
        {"contents": None},
        {"contents": []},
        {"contents": "Why?"},
        {"contents": ["Why?"]},
        {"contents": [{"role": 1, "parts": [{"text": "a"}]}]},
        {"contents": [{"parts": "a"}]},
        {"contents": [{"parts": ["a"]}]},
        {"contents": [{"parts": [{"text": 1}]}]},
        {"contents": [{"parts": [{"text": None}]}]},
        {"systemInstruction": "Be brief."},
        {"systemInstruction": {"parts": [1]}},
        {"tools": "search"},
        {"tools": 1},
        {"generationConfig": [1]},
        {"generationConfig": {}, "generation_config": {"candidateCount": 2}},
        {"systemInstruction": user("a"), "system_instruction": user("b")},
        config(candidateCount=1, candidate_count=2),
        config(responseModalities=1),
        config(responseModalities={"a": 1}),
    ],
)
def test_what_could_be_read_in_two_ways_is_not_read(members: dict[str, Any]) -> None:
    """Neither is what has no shape that we know."""
    ask = asked(**members)

    assert ask.never is NoCache.UNREADABLE
    assert ask.not_near is NotNear.TEXT
    assert ask.rest == ask.keyed


@pytest.mark.parametrize(
    ("members", "not_near"),
    [
        pytest.param({}, None, id="text"),
        pytest.param({"systemInstruction": user("Be brief.")}, None, id="system"),
        pytest.param({"system_instruction": {"parts": {"text": "Be brief."}}}, None, id="system, no list"),
        pytest.param({"contents": [user("See", IMAGE)]}, NotNear.MEDIA, id="image"),
        pytest.param({"contents": [user(IMAGE), user("And?")]}, NotNear.MEDIA, id="image before"),
        pytest.param({"contents": [user({"aPartOfNextYear": 1}), user("And?")]}, NotNear.MEDIA, id="unknown part"),
        pytest.param({"contents": [user({"text": "a", "videoMetadata": {}})]}, NotNear.MEDIA, id="beside a text"),
        pytest.param({"systemInstruction": user(IMAGE)}, NotNear.MEDIA, id="image in system"),
        pytest.param({"tools": OWN}, NotNear.TOOLS, id="functions"),
        pytest.param({"contents": [user(CALL, role="model"), user(ANSWER)]}, NotNear.TOOLS, id="a call before"),
        pytest.param({"contents": [user("a", role="model")]}, NotNear.TEXT, id="no question"),
        pytest.param({"contents": [user("  ")]}, NotNear.TEXT, id="blank"),
        pytest.param({"contents": [user()]}, NotNear.TEXT, id="no part"),
        pytest.param({"contents": [{"role": "user"}]}, NotNear.TEXT, id="no parts"),
        pytest.param(
            {"contents": [user({"text": "Hm", "thought": True, "thoughtSignature": "s"}, role="model"), user("Go on")]},
            None,
            id="thoughts before",
        ),
    ],
)
def test_what_is_matched_exactly_only(members: dict[str, Any], not_near: NotNear | None) -> None:
    """Semantic matching is for texts."""
    assert asked(**members).not_near is not_near


@pytest.mark.parametrize(
    ("contents", "text", "rest"),
    [
        ([user("a", role=None)], "a", [user({"text": True}, role=None)]),
        ([user("a", "b")], "a\nb", [user({"text": True}, {"text": True})]),
        (
            [user("a"), user("b", role="model"), user("c")],
            "c",
            [user("a"), user("b", role="model"), user({"text": True})],
        ),
        ({"parts": {"text": "a"}}, "a", {"parts": {"text": True}}),
        ([{"role": "", "parts": {"text": "a"}}], "a", [{"role": "", "parts": {"text": True}}]),
        ([user("a", IMAGE)], "a", [user({"text": True}, IMAGE)]),
    ],
)
def test_the_text_is_the_last_content_of_the_user(contents: Any, text: str, rest: Any) -> None:
    """What is left is the same for all that differ only in it."""
    ask = asked(contents=contents)

    assert ask.text == text
    assert ask.rest == {"contents": rest}
    assert ask.keyed == {"contents": contents}


def test_reading_changes_nothing() -> None:
    """The body goes on to the provider."""
    body = {"contents": [user("Why?")], "labels": {"a": "b"}}
    before = canonical(body)
    ask = ask_of(body, PATH, "")

    assert ask.rest != ask.keyed
    assert canonical(body) == before


def test_an_unknown_member_is_in_the_key() -> None:
    """A new parameter must miss."""
    assert asked(aParameterOfNextYear=1).keyed["aParameterOfNextYear"] == 1
    assert asked(generationConfig={"thinkingConfig": {"thinkingBudget": 0}}).keyed != asked().keyed
