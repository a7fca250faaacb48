"""The provider table."""

import pickle

import pytest

from warmlane.errors import ConfigError
from warmlane.providers import table


def test_openai_and_demo_are_built_in() -> None:
    """Without any setting there are two providers, and only the demo shares its cache between callers without a key."""
    rows = table({})

    assert {name: (row.base_url, row.shared) for name, row in rows.items()} == {
        "openai": ("https://api.openai.com", False),
        "demo": ("http://demo.invalid", True),
    }
    assert rows["openai"].cacheable["/v1/chat/completions"] == "openai_chat"


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
    assert rows["local"].cacheable == rows["openai"].cacheable
    assert rows["local"].shared is False


@pytest.mark.parametrize("name", ["", "v1", "metrics", "healthz", "localhost", "1st", "a/b", "a.b", "ü", "x" * 33])
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
