// The Vercel AI SDK, with the models of Anthropic.
// --- as docs/sdks.md shows it
import { createAnthropic } from "@ai-sdk/anthropic";
import { generateText } from "ai";

const anthropic = createAnthropic({ baseURL: "http://127.0.0.1:8000/anthropic" });

const answer = await generateText({
  model: anthropic("claude-sonnet-4-5"),
  temperature: 0,
  prompt: "What is a warm lane?",
});
console.log(answer.text);
// --- as the tests call it

import { ways } from "./ai_ways.mjs";
import { serve } from "./answering.mjs";

await serve({ async: ways(anthropic("claude-sonnet-4-5"), { temperature: 0 }) });
