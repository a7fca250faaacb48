"""What OpenAI's completions, chat or not, say and ask alike about counts."""

from typing import Final

from warmlane.adapters.demo.answers import member
from warmlane.adapters.demo.words import Said
from warmlane.model import Json, JsonObject

FINGERPRINT: Final = "fp_warmlane_demo"


def limit_of(body: JsonObject) -> Json:
    """How many tokens may be said at most, under its newer name or its older one."""
    newer = body.get("max_completion_tokens")
    return body.get("max_tokens") if newer is None else newer


def tells_usage(body: JsonObject) -> bool:
    """Whether a stream is to end with the usage."""
    return member(body.get("stream_options"), "include_usage") is True


def usage(said: Said) -> JsonObject:
    """What was heard and said."""
    return {
        "prompt_tokens": said.heard,
        "completion_tokens": said.spoken,
        "total_tokens": said.heard + said.spoken,
    }
