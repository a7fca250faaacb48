// The Vercel AI SDK, with the models of OpenAI.
// --- as docs/sdks.md shows it
import { createOpenAI } from "@ai-sdk/openai";
import { generateText } from "ai";

const openai = createOpenAI({ baseURL: "http://127.0.0.1:8000/openai" });

const answer = await generateText({
  model: openai("gpt-4o-mini"), // by responses; openai.chat(...) is for chat completions
  temperature: 0,
  prompt: "What is a warm lane?",
});
console.log(answer.text);
// --- as the tests call it

import { ways } from "./ai_ways.mjs";
import { serve } from "./answering.mjs";

await serve({ responses: ways(openai("gpt-4o-mini"), { temperature: 0 }), chat: ways(openai.chat("gpt-4o-mini"), { temperature: 0 }) });
