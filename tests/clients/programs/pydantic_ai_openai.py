"""Pydantic AI, with the models of OpenAI."""

# --- as docs/sdks.md shows it
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

provider = OpenAIProvider(base_url="http://127.0.0.1:8000/openai")
agent = Agent(OpenAIChatModel("gpt-4o-mini", provider=provider), model_settings={"temperature": 0})

answer = agent.run_sync("What is a warm lane?")
print(answer.output)
# --- as the tests call it

from answering import Way, serve
from pydantic_ai_ways import ways

serve({"async": Way(*ways(agent))})
