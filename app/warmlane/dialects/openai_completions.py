"""OpenAI completions of the kind before chat: `POST /v1/completions`, and everyone who speaks like it."""

from warmlane.dialects import (
    openai_completions_ask,
    openai_completions_fold,
    openai_completions_judge,
    openai_completions_replay,
)
from warmlane.dialects.openai_chunked import OpenAIChunked


class OpenAICompletions(OpenAIChunked):
    """The Dialect. It keeps nothing."""

    def __init__(self) -> None:
        """Be made of its parts."""
        super().__init__(
            "openai_completions",
            "text_completion",
            read=openai_completions_ask.read,
            judge=openai_completions_judge.judge,
            fold=openai_completions_fold.fold,
            replay=openai_completions_replay.replay,
        )
