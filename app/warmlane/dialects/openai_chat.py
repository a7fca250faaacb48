"""OpenAI chat completions: `POST /v1/chat/completions`, and everyone who speaks like it."""

from warmlane.dialects import openai_chat_ask, openai_chat_fold, openai_chat_judge, openai_chat_replay
from warmlane.dialects.openai_chunked import OpenAIChunked


class OpenAIChat(OpenAIChunked):
    """The Dialect. It keeps nothing."""

    def __init__(self) -> None:
        """Be made of its parts."""
        super().__init__(
            "openai_chat",
            "chat",
            read=openai_chat_ask.read,
            judge=openai_chat_judge.judge,
            fold=openai_chat_fold.fold,
            replay=openai_chat_replay.replay,
        )
