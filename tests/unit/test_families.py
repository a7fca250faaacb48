"""How each family's paths are written, and which are cached."""

import pytest

from warmlane.dialects.registry import DIALECTS
from warmlane.families import SHAPES, Family, canonical, dialect_of, for_openai, guess, of_headers, of_path
from warmlane.model import Headers

OPENAI, ANTHROPIC, GOOGLE, ANY = Family.OPENAI, Family.ANTHROPIC, Family.GOOGLE, Family.ANY
GOOGLES: Headers = ((b"accept", b"*/*"), (b"x-goog-api-key", b"k"))
ANTHROPICS: Headers = ((b"anthropic-version", b"2023-06-01"),)
GENERATE = "/v1beta/models/gemini-2.5-flash:generateContent"


@pytest.mark.parametrize(
    ("family", "given", "path"),
    [
        (OPENAI, "/", "/"),
        (OPENAI, "/v1", "/v1"),
        (OPENAI, "/v1/", "/v1/"),
        (OPENAI, "/v1/v1/v1/models", "/v1/models"),
        (OPENAI, "/models", "/v1/models"),
        (OPENAI, "/responses", "/v1/responses"),
        (OPENAI, "/v2/models", "/v2/models"),
        (OPENAI, "/v10/models", "/v10/models"),
        (OPENAI, "/v1alpha2/models", "/v1alpha2/models"),
        (OPENAI, "/version", "/v1/version"),
        (OPENAI, "/vault", "/v1/vault"),
        (ANTHROPIC, "/messages", "/v1/messages"),
        (ANTHROPIC, "/v1/messages", "/v1/messages"),
        (ANTHROPIC, "/v1/v1/messages", "/v1/messages"),
        (ANTHROPIC, "/v1/messages/count_tokens", "/v1/messages/count_tokens"),
        (GOOGLE, "/models/m:generateContent", "/v1beta/models/m:generateContent"),
        (GOOGLE, "/v1/models/m:generateContent", "/v1/models/m:generateContent"),
        (GOOGLE, "/v1alpha/models/m:generateContent", "/v1alpha/models/m:generateContent"),
        (GOOGLE, "/v1beta/models/m:generateContent", "/v1beta/models/m:generateContent"),
        (GOOGLE, "/v1beta1/models/m:generateContent", "/v1beta1/models/m:generateContent"),
        (GOOGLE, "/v1/v1/models", "/v1/models"),
        (GOOGLE, "/v1beta/v1/models", "/v1/models"),
        (GOOGLE, "/v1beta/v1beta/v1beta/models", "/v1beta/models"),
        (GOOGLE, "/v1/v1beta/models", "/v1beta/models"),
        (GOOGLE, "/v2/v1/models", "/v2/v1/models"),
        (GOOGLE, "/v1/v1", "/v1"),
        (GOOGLE, "/tunedModels/t:generateContent", "/v1beta/tunedModels/t:generateContent"),
        (GOOGLE, "/cachedContents", "/v1beta/cachedContents"),
        (GOOGLE, "/openai/chat/completions", "/v1beta/openai/chat/completions"),
        (GOOGLE, "/upload/v1beta/files", "/upload/v1beta/files"),
        (GOOGLE, "/v1beta1/publishers/google/m:verb", "/v1beta1/publishers/google/m:verb"),
        (GOOGLE, "/unheard-of", "/unheard-of"),
        (GOOGLE, "/", "/"),
        (ANY, "/chat/completions", "/v1/chat/completions"),
        (ANY, "/messages", "/v1/messages"),
        (ANY, "/models/m:generateContent", "/v1beta/models/m:generateContent"),
        (ANY, "/models", "/v1/models"),
        (ANY, "/v1beta/models", "/v1beta/models"),
    ],
)
def test_one_request_has_one_path(family: Family, given: str, path: str) -> None:
    """With, without and with too many versions; and the canonical form is its own."""
    assert canonical(family, given) == path
    assert canonical(family, path) == path


@pytest.mark.parametrize(
    ("family", "path", "dialect"),
    [
        (OPENAI, "/v1/chat/completions", "openai_chat"),
        (OPENAI, "/v1/responses", "openai_responses"),
        (OPENAI, "/v1/completions", "openai_completions"),
        (OPENAI, "/v1/embeddings", "openai_embeddings"),
        (OPENAI, "/v1/responses/resp_1", None),
        (OPENAI, "/v1/messages", None),
        (OPENAI, GENERATE, None),
        (ANTHROPIC, "/v1/messages", "anthropic_messages"),
        (ANTHROPIC, "/v1/chat/completions", "openai_chat"),
        (ANTHROPIC, "/v1/messages/count_tokens", None),
        (ANTHROPIC, "/v1/messages/batches", None),
        (ANTHROPIC, "/v1/complete", None),
        (GOOGLE, GENERATE, "google_generate"),
        (GOOGLE, "/v1/models/gemini-2.5-flash:streamGenerateContent", "google_generate"),
        (GOOGLE, "/v1alpha/models/m:generateContent", "google_generate"),
        (GOOGLE, "/v1beta1/tunedModels/my-model_1:generateContent", "google_generate"),
        (GOOGLE, "/v1/models/m:embedContent", "google_embeddings"),
        (GOOGLE, "/v1beta/models/m:batchEmbedContents", "google_embeddings"),
        (GOOGLE, "/v1beta/models/m:countTokens", None),
        (GOOGLE, "/v1beta/models/m:batchGenerateContent", None),
        (GOOGLE, "/v1beta/models/m:generateContent/", None),
        (GOOGLE, "/v1beta/models/m:generateContent:generateContent", None),
        (GOOGLE, "/v1beta/models/a/m:generateContent", None),
        (GOOGLE, "/v1beta/models/a%2Fm:generateContent", None),
        (GOOGLE, "/v1beta/models/:generateContent", None),
        (GOOGLE, "/v2/models/m:generateContent", None),
        (GOOGLE, "/v1beta1/publishers/google/models/m:generateContent", None),
        (GOOGLE, "/v1beta/openai/chat/completions", "openai_chat"),
        (GOOGLE, "/v1beta/openai/embeddings", "openai_embeddings"),
        (GOOGLE, "/v1beta/interactions", None),
        (GOOGLE, "/v1/chat/completions", None),
        (ANY, "/v1/chat/completions", "openai_chat"),
        (ANY, "/v1/messages", "anthropic_messages"),
        (ANY, GENERATE, "google_generate"),
        (ANY, "/v1/models", None),
    ],
)
def test_caching_is_an_allow_list(family: Family, path: str, dialect: str | None) -> None:
    """Everything else is streamed through; and what is cached, somebody here can read."""
    assert dialect_of(family, path) == dialect
    assert dialect is None or dialect in DIALECTS


@pytest.mark.parametrize(
    ("path", "headers", "family"),
    [
        ("/v1/chat/completions", (), OPENAI),
        ("/chat/completions", (), OPENAI),
        ("/v1/v1/responses", (), OPENAI),
        ("/models", (), OPENAI),
        ("/v1/models", (), OPENAI),
        ("/v1/models", GOOGLES, GOOGLE),
        ("/v1/models", ANTHROPICS, ANTHROPIC),
        ("/v1/models/ft:gpt-4o:org::id", (), OPENAI),
        ("/messages", (), ANTHROPIC),
        ("/v1/messages", (), ANTHROPIC),
        ("/v1/v1/messages/count_tokens", ANTHROPICS, ANTHROPIC),
        ("/models/m:generateContent", (), GOOGLE),
        ("/v1/models/m:streamGenerateContent", (), GOOGLE),
        ("/v1/v1/models/m:countTokens", GOOGLES, GOOGLE),
        ("/v1beta/v1/models/m:batchEmbedContents", (), GOOGLE),
        ("/v1beta/models", (), GOOGLE),
        ("/v1alpha/auth_tokens", (), GOOGLE),
        ("/v1beta1/publishers/google/models/m:generateContent", (), GOOGLE),
        ("/v1/interactions", GOOGLES, GOOGLE),
        ("/upload/v1beta/files", GOOGLES, GOOGLE),
        ("/files/f", GOOGLES, GOOGLE),
        # Nobody's: unknown, or header and path say different things.
        ("/", (), None),
        ("/v1", (), None),
        ("/v1beta", (), None),
        ("/favicon.ico", (), None),
        ("/v1/unheard-of", GOOGLES, None),
        ("/v2/chat", (), None),
        ("/v2/v1/chat", (), None),
        ("/v1beta/chat/completions", (), None),
        ("/opnai/v1/chat/completions", (), None),
        ("/v1/chat/completions", GOOGLES, None),
        ("/v1/chat/completions", ANTHROPICS, None),
        ("/v1/messages", GOOGLES, None),
        ("/v1beta/models/m:generateContent", ANTHROPICS, None),
        ("/publishers/google/models/m:generateContent", (), None),
    ],
)
def test_on_a_bare_host_path_and_header_say_whose_it_is(path: str, headers: Headers, family: Family | None) -> None:
    """A key never goes to another vendor than the one whose header or path it came with."""
    assert guess(path, of_headers(headers)) is family


def test_what_only_one_family_has_says_whose_it_is() -> None:
    """Google's key before Anthropic's version, since it is a key; and `/models` alone says nothing."""
    assert of_headers((*ANTHROPICS, *GOOGLES)) is GOOGLE
    assert of_headers(()) is None
    assert of_path("/models") is None
    assert of_path("/v1/models/ft:gpt-4o:org::predict") is None


def test_each_family_has_an_address_for_openais_sdk() -> None:
    """Google's stands beside its own API, and what is cached there is cached in OpenAI's dialect."""
    paths = {family: for_openai(family, "/v1/chat/completions") for family in Family}

    assert paths[GOOGLE] == "/v1beta/openai/chat/completions"
    assert {dialect_of(family, canonical(family, path)) for family, path in paths.items()} == {"openai_chat"}


def test_each_family_has_a_shape_for_errors() -> None:
    """Its SDK reads no other."""
    assert {family: shape.name for family, shape in SHAPES.items()} == {
        OPENAI: "openai_chat",
        ANTHROPIC: "anthropic_messages",
        GOOGLE: "google_generate",
    }
