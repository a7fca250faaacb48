"""What start-up ends with can be pasted as it is."""

import json
import shlex

import pytest

from warmlane.settings import Settings
from warmlane_serve.welcome import welcome


def command(block: str) -> list[str]:
    """The words of the command to try, as a shell reads them."""
    return shlex.split(block[block.index("curl") : block.index("With the OpenAI SDK")].replace("\\\n", " "))


def base_urls(block: str) -> list[list[str]]:
    """The table of providers and base URLs."""
    pairs = [line.split() for line in block.splitlines()]
    return [pair for pair in pairs if len(pair) == 2 and pair[1].startswith("http://")]


def test_each_provider_has_its_base_url() -> None:
    """With the port that was taken, not the one that was asked for; those of the settings too."""
    settings = Settings(port=0, providers={"local": {"base_url": "http://127.0.0.1:1"}})

    assert base_urls(welcome(settings, 8123)) == [
        ["openai", "http://127.0.0.1:8123/openai"],
        ["anthropic", "http://127.0.0.1:8123/anthropic"],
        ["google", "http://127.0.0.1:8123/google"],
        ["local", "http://127.0.0.1:8123/local"],
        ["demo", "http://127.0.0.1:8123/demo"],
    ]


def test_a_provider_that_is_off_is_not_listed() -> None:
    """Nor is one listed twice that is built in and set."""
    settings = Settings(demo={"enabled": False}, providers={"openai": {"base_url": "http://127.0.0.1:1"}})

    assert [name for name, _ in base_urls(welcome(settings, 8000))] == ["openai", "anthropic", "google"]


def test_the_command_is_a_call_that_is_cached() -> None:
    """A shell takes it apart into what was meant: a URL, a header, and a body of JSON with temperature 0."""
    program, flags, url, _, header, _, body = command(welcome(Settings(), 8000))

    assert (program, flags) == ("curl", "-si")
    assert url == "http://127.0.0.1:8000/demo/v1/chat/completions"
    assert header == "content-type: application/json"
    assert json.loads(body)["temperature"] == 0


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("localhost", "localhost:8000"),
        ("192.0.2.7", "192.0.2.7:8000"),
        ("::1", "[::1]:8000"),
        ("0.0.0.0", "127.0.0.1:8000"),
        ("::", "127.0.0.1:8000"),
    ],
)
def test_every_address_is_one_to_call(host: str, shown: str) -> None:
    """An address that stands for all of them is none to call."""
    block = welcome(Settings(host=host), 8000)

    assert ["openai", f"http://{shown}/openai"] in base_urls(block)
    assert command(block)[2] == f"http://{shown}/demo/v1/chat/completions"
    assert f'OpenAI(base_url="http://{shown}/openai")' in block
    assert f"http://{shown}/readyz" in block


def test_nobody_is_sent_to_a_demo_that_is_not_there() -> None:
    """Neither by its base URL nor by a line to paste."""
    assert "demo" not in welcome(Settings(demo={"enabled": False}), 8000)
