"""The clients that are tested, one row each: what runs them, and what their users know them to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
NODE = "node"
"""The environment of the programs in JavaScript; the others' are folders of `.venvs`."""

MODES = ("whole", "stream")
WHOLE = ("whole",)

# The class that is raised, by HTTP status.
OPENAI = {
    400: "BadRequestError", 401: "AuthenticationError", 404: "NotFoundError", 429: "RateLimitError",
    503: "InternalServerError",
}  # fmt: skip
UNAVAILABLE = {**OPENAI, 503: "ServiceUnavailableError"}
GOOGLE = {**dict.fromkeys(OPENAI, "ClientError"), 503: "ServerError"}
LANGCHAIN = {
    400: "OpenAIInvalidRequestError", 401: "OpenAIAuthenticationError", 404: "OpenAIModelNotFoundError",
    429: "OpenAIRateLimitError", 503: "OpenAIAPIError",
}  # fmt: skip
PYDANTIC = {
    400: "ModelRequestRejectedError", 401: "ModelAuthenticationError", 404: "ModelNotFoundError",
    429: "ModelRateLimitError", 503: "ModelUnavailableError",
}  # fmt: skip
ORQ = {**dict.fromkeys(OPENAI, "APIErrorResponse"), 429: "APIDefaultError", 503: "APIDefaultError"}
LITELLM_GEMINI = {**OPENAI, 429: "MidStreamFallbackError", 503: "MidStreamFallbackError"}


@dataclass(frozen=True)
class Way:
    """One way to call with a client, and what its users know it to do. All of it was seen against a provider itself.

    `errors` is the class that it raises, by HTTP status; `streamed` is that of a stream, where it is another. `tries`
    is how often it calls before it gives up where the provider has too much to do: 429 and 503. `serves` are the modes
    whose stored answer serves the other mode too: not `stream` where its streams do not ask how many tokens they take,
    none where a stream asks for something else. `shown`: the snippet asks so. `leaves`: a
    stream of it says something before its end, and can be left there. `tells`: what it raises has the status.
    """

    name: str
    errors: Mapping[int, str]
    streamed: Mapping[int, str]
    tries: int = 3
    serves: tuple[str, ...] = MODES
    shown: bool = True
    leaves: bool = True
    tells: bool = True


def ways(
    *names: str, errors: Mapping[int, str] = OPENAI, streamed: Mapping[int, str] | None = None, **known: Any
) -> tuple[Way, ...]:
    """Ways that are alike."""
    return tuple(Way(name, errors, streamed or errors, **known) for name in names)


def all_say(name: str) -> Mapping[int, str]:
    """One class for every status."""
    return dict.fromkeys(OPENAI, name)


BOTH = ("sync", "async")


@dataclass(frozen=True)
class Client:
    """One program in one environment. `prints` is how many lines its snippet does."""

    program: str
    environment: str = "current"
    ways: tuple[Way, ...] = ways(*BOTH)
    prints: int = 1

    @property
    def path(self) -> Path:
        """Where its program lies."""
        return HERE / ("node" if self.environment == NODE else "programs") / self.program

    @property
    def name(self) -> str:
        """What a test is called by."""
        return f"{self.environment}-{self.program}"


CLIENTS = (
    Client("openai_chat.py", "openai1"),
    Client("openai_chat.py", "openai2"),
    Client("openai_chat.py"),
    Client("openai_responses.py", "openai2"),
    Client("openai_responses.py"),
    Client("anthropic_messages.py", "openai1"),
    Client("anthropic_messages.py", ways=ways(*BOTH, errors=UNAVAILABLE)),
    Client("google_generate.py", ways=ways(*BOTH, errors=GOOGLE, tries=1)),
    Client("groq_chat.py", ways=ways(*BOTH, serves=WHOLE)),
    Client("mistral_chat.py", ways=ways(*BOTH, errors=all_say("SDKError"), tries=1, serves=WHOLE)),
    Client("together_chat.py", ways=ways(*BOTH, serves=WHOLE)),
    Client("orq_router.py", ways=ways(*BOTH, errors=ORQ, tries=1, serves=WHOLE)),
    Client("langchain_chat.py", ways=ways(*BOTH, errors=LANGCHAIN, serves=WHOLE)),
    Client("pydantic_ai_openai.py", ways=ways("async", errors=PYDANTIC)),
    Client("pydantic_ai_anthropic.py", ways=ways("async", errors=PYDANTIC)),
    Client(
        "instructor_chat.py",
        "openai2",
        ways(*BOTH, errors=all_say("InstructorRetryException"), serves=(), leaves=False, tells=False),
    ),
    Client(
        "litellm_completion.py",
        ways=(
            *ways("openai", "openai-async", errors=UNAVAILABLE, serves=WHOLE),
            *ways("anthropic", "anthropic-async", errors=UNAVAILABLE, tries=1),
            *ways("gemini", "gemini-async", errors=UNAVAILABLE, streamed=LITELLM_GEMINI, tries=1),
        ),
        prints=3,
    ),
    Client("openai_chat.mjs", NODE, ways("async")),
    Client("openai_responses.mjs", NODE, ways("async")),
    Client("anthropic_messages.mjs", NODE, ways("async", errors=UNAVAILABLE)),
    Client("google_generate.mjs", NODE, ways("async", errors=all_say("ApiError"), tries=1)),
    Client(
        "ai_openai.mjs",
        NODE,
        (
            *ways("responses", errors=all_say("APICallError")),
            *ways("chat", errors=all_say("APICallError"), shown=False),
        ),
    ),
    Client("ai_anthropic.mjs", NODE, ways("async", errors=all_say("APICallError"))),
    Client("ai_google.mjs", NODE, ways("async", errors=all_say("APICallError"))),
)
