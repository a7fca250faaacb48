"""Pydantic AI, with the models of Anthropic."""

# --- as docs/sdks.md shows it
from pydantic_ai import Agent
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.providers.anthropic import AnthropicProvider

provider = AnthropicProvider(base_url="http://127.0.0.1:8000/anthropic")
settings = {"extra_headers": {"X-Cache-Mode": "auto"}}
agent = Agent(AnthropicModel("claude-sonnet-4-5", provider=provider), model_settings=settings)

answer = agent.run_sync("What is a warm lane?")
print(answer.output)
# --- as the tests call it

from answering import Way, serve
from pydantic_ai_ways import ways

serve({"async": Way(*ways(agent))})
