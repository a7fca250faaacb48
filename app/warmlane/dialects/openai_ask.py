"""What the requests of all of OpenAI's endpoints have in common."""

from warmlane.dialects.values import is_exactly, is_number
from warmlane.model import JsonObject

UNKEYED = frozenset({
    "stream", "stream_options",  # how the answer comes, not what it is
    "cache", "orq",  # ours
    "user", "metadata", "safety_identifier",  # who asks, and the provider's bookkeeping
    "prompt_cache_key", "prompt_cache_retention", "prompt_cache_options",  # where the provider keeps its own prefix
})  # fmt: skip
"""Members that do not change the answer. Whatever is not named here is in the key: a new parameter must miss."""

COUNTS = ("n", "best_of")
STATE = ("previous_response_id", "conversation", "background", "prompt")
SEARCH = ("web_search_options", "search_parameters", "plugins")  # OpenAI, xAI, OpenRouter
_ONLINE = ":online"  # OpenRouter's spelling of a web search
_OWN_TOOLS = ("function", "custom")  # what the client runs itself


def keyed(body: JsonObject) -> JsonObject:
    """The part of `body` that changes the answer; `body` itself, where that is all of it."""
    if UNKEYED.isdisjoint(body):
        return body
    return {name: value for name, value in body.items() if name not in UNKEYED}


def wants_usage(body: JsonObject) -> bool:
    """Whether a stream is to bring a usage chunk."""
    options = body.get("stream_options")
    return isinstance(options, dict) and options.get("include_usage") is True


def are_counts(body: JsonObject) -> bool:
    """Whether what says how many answers are wanted can be read."""
    return all(body.get(name) is None or is_number(body[name]) for name in COUNTS)


def wants_several(body: JsonObject) -> bool:
    """Whether more answers than one are wanted, or none."""
    return any(body.get(name) is not None and not is_exactly(body[name], 1) for name in COUNTS)


def leans_on_state(body: JsonObject) -> bool:
    """Whether the provider is to keep the answer for later, or reads what it kept."""
    return body.get("store") not in (None, False) or any(body.get(name) for name in STATE)


def is_online(model: str) -> bool:
    """Whether the model is one that searches the web."""
    return model.endswith(_ONLINE)


def has_hosted_tools(body: JsonObject) -> bool:
    """Whether the provider may run something that looks at the world."""
    return (
        is_online(body["model"])
        or any(body.get(name) is not None for name in SEARCH)
        or not all(isinstance(tool, dict) and tool.get("type") in _OWN_TOOLS for tool in body.get("tools") or ())
    )


def speaks(body: JsonObject) -> bool:
    """Whether the answer is to be more than text."""
    return body.get("audio") is not None or any(kind != "text" for kind in body.get("modalities") or ())
