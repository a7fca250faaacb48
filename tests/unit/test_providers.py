"""The provider table."""

import pickle

import pytest
from msgspec.structs import replace

from warmlane.errors import ConfigError
from warmlane.providers import table

GOOGLE = "https://generativelanguage.googleapis.com"


def test_openai_and_demo_are_built_in() -> None:
    """Without any setting there are these, and only the demo shares its cache between callers without a key."""
    rows = table({})

    assert {name: row.base_url for name, row in rows.items()} == {
        "openai": "https://api.openai.com",
        "anthropic": "https://api.anthropic.com",
        "google": "https://generativelanguage.googleapis.com",
        "vertex": "https://aiplatform.googleapis.com",
        "groq": "https://api.groq.com/openai",
        "mistral": "https://api.mistral.ai",
        "together": "https://api.together.xyz",
        "fireworks": "https://api.fireworks.ai/inference",
        "perplexity": "https://api.perplexity.ai",
        "deepinfra": "https://api.deepinfra.com/v1/openai",
        "openrouter": "https://openrouter.ai/api",
        "demo": "http://demo.invalid",
    }
    assert [name for name, row in rows.items() if row.shared] == ["demo"]
    assert [name for name, row in rows.items() if row.name != name] == []


@pytest.mark.parametrize(
    ("name", "given", "url"),
    [
        ("openai", "/chat/completions", "https://api.openai.com/v1/chat/completions"),
        ("anthropic", "/messages", "https://api.anthropic.com/v1/messages"),
        ("google", "/models/m:generateContent", f"{GOOGLE}/v1beta/models/m:generateContent"),
        ("google", "/v1/models/m:generateContent", f"{GOOGLE}/v1/models/m:generateContent"),
        (
            "vertex",
            "/v1beta1/publishers/google/models/m:x",
            "https://aiplatform.googleapis.com/v1beta1/publishers/google/models/m:x",
        ),
        ("groq", "/openai/v1/chat/completions", "https://api.groq.com/openai/v1/chat/completions"),
        ("groq", "/openai/v1/v1/chat/completions", "https://api.groq.com/openai/v1/chat/completions"),
        ("groq", "/chat/completions", "https://api.groq.com/openai/v1/chat/completions"),
        ("groq", "/openai", "https://api.groq.com/openai/v1/openai"),
        ("mistral", "/v1/chat/completions", "https://api.mistral.ai/v1/chat/completions"),
        ("together", "/chat/completions", "https://api.together.xyz/v1/chat/completions"),
        ("fireworks", "/chat/completions", "https://api.fireworks.ai/inference/v1/chat/completions"),
        ("fireworks", "/inference/v1/completions", "https://api.fireworks.ai/inference/v1/completions"),
        ("perplexity", "/chat/completions", "https://api.perplexity.ai/chat/completions"),
        ("perplexity", "/v1/chat/completions", "https://api.perplexity.ai/chat/completions"),
        ("perplexity", "/search", "https://api.perplexity.ai/search"),
        ("perplexity", "/responses", "https://api.perplexity.ai/v1/responses"),
        ("perplexity", "/v1", "https://api.perplexity.ai/v1"),
        ("deepinfra", "/chat/completions", "https://api.deepinfra.com/v1/openai/chat/completions"),
        ("deepinfra", "/v1/chat/completions", "https://api.deepinfra.com/v1/openai/chat/completions"),
        ("deepinfra", "/v1/openai/models", "https://api.deepinfra.com/v1/openai/models"),
        ("openrouter", "/chat/completions", "https://openrouter.ai/api/v1/chat/completions"),
        ("openrouter", "/api/v1/chat/completions", "https://openrouter.ai/api/v1/chat/completions"),
    ],
)
def test_what_a_client_writes_goes_where_the_provider_has_it(name: str, given: str, url: str) -> None:
    """With a version or without, with a piece of the provider's own base URL or without."""
    row = table({})[name]
    path, dialect = row.locate(given)

    assert row.base_url + path == url
    assert row.locate(path) == (path, dialect)


@pytest.mark.parametrize("name", sorted(table({})))
def test_chat_completions_are_cached_wherever_the_provider_has_them(name: str) -> None:
    """Also where there is no `/v1` in front; Google has them at a place of their own."""
    path = "/openai/chat/completions" if name in {"google", "vertex"} else "/chat/completions"

    assert table({})[name].locate(path)[1] == "openai_chat"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("http://127.0.0.1:4010", "http://127.0.0.1:4010"),
        ("http://127.0.0.1:4010/", "http://127.0.0.1:4010"),
        ("http://127.0.0.1:4010/v1", "http://127.0.0.1:4010"),
        ("http://127.0.0.1:4010/v1/", "http://127.0.0.1:4010"),
        ("https://api.groq.com/openai/v1", "https://api.groq.com/openai"),
        ("https://openrouter.ai/api//", "https://openrouter.ai/api"),
        ("  https://API.Example.com/Path ", "https://api.example.com/Path"),
        ("HTTPS://api.example.com", "https://api.example.com"),
        ("http://[::1]:8080/v1", "http://[::1]:8080"),
        ("http://my_llm:11434", "http://my_llm:11434"),
    ],
)
def test_a_base_url_is_kept_in_one_form(given: str, kept: str) -> None:
    """However the base URL was pasted, one origin with an optional path and no `/v1` is what is kept."""
    assert table({"openai": given})["openai"].base_url == kept


@pytest.mark.parametrize("version", ["", "/", "/v1", "/v1beta", "/v1beta/", "/v1alpha", "//v1beta1//"])
def test_googles_versions_are_not_part_of_the_base_url(version: str) -> None:
    """It is in each path, and would be there twice."""
    assert table({"google": f"http://127.0.0.1:1{version}"})["google"].base_url == "http://127.0.0.1:1"


@pytest.mark.parametrize("name", sorted(table({}).keys() - {"demo"}))
def test_a_built_in_provider_that_is_sent_elsewhere_stays_what_it_is(name: str) -> None:
    """Only its address changes: whose paths it has does not."""
    assert table({name: "http://127.0.0.1:1/v1"})[name] == replace(table({})[name], base_url="http://127.0.0.1:1")


@pytest.mark.parametrize(
    "given",
    [
        "",
        "api.openai.com",
        "ftp://api.openai.com",
        "file:///etc/passwd",
        "https://",
        "https:///v1",
        "https://user:secret@api.example.com",
        "https://api.example.com@evil.example",
        "https://api.example.com/?x=1",
        "https://api.example.com/v1?",
        "https://api.example.com/#part",
        "https://api.example.com:0",
        "https://api.example.com:99999",
        "https://api.example.com:port",
        "https://a..b",
        "https://" + "a" * 64 + ".example",
        "https://-a.example",
        "https://exa mple.com",
        "https://exämple.com",
        "https://api.example.com\\evil",
        "https://api.example.com/a/../b",
        "https://api.example.com/a%2f..",
        "https://api.example.com/a b",
        "https://[::1",
    ],
)
def test_a_base_url_that_cannot_be_called_is_refused_by_its_setting(given: str) -> None:
    """The error names the setting and not its value, which may hold a key."""
    with pytest.raises(ConfigError) as refused:
        table({"my_llm": given})

    assert "WARMLANE_PROVIDERS__MY_LLM__BASE_URL" in refused.value.message
    assert "secret" not in refused.value.message


def test_an_operator_adds_a_provider_by_its_base_url() -> None:
    """A new name speaks OpenAI's API and has the same cached endpoints."""
    rows = table({"LOCAL": "http://127.0.0.1:11434/v1"})

    assert rows["local"].base_url == "http://127.0.0.1:11434"
    assert rows["local"].locate("/chat/completions") == rows["openai"].locate("/v1/chat/completions")
    assert rows["local"].shared is False


@pytest.mark.parametrize(
    "name", ["", "v1", "v1beta", "metrics", "healthz", "localhost", "1st", "a/b", "a.b", "ü", "x" * 33]
)
def test_a_name_that_means_something_else_in_a_url_is_refused(name: str) -> None:
    """Otherwise a path of the gateway's own, or a version, would be taken for a provider."""
    with pytest.raises(ConfigError):
        table({name: "https://api.example.com"})


def test_the_demo_cannot_be_sent_elsewhere() -> None:
    """A base URL for the demo would be ignored without a word; it is refused instead."""
    with pytest.raises(ConfigError, match="WARMLANE_PROVIDERS__DEMO__BASE_URL"):
        table({"demo": "https://api.example.com"})


def test_a_row_crosses_a_process() -> None:
    """The table is made once and sent to every replica."""
    rows = table({"local": "http://127.0.0.1:1"})

    assert pickle.loads(pickle.dumps(rows)) == rows
