// The Vercel AI SDK, with the models of Google.
// --- as docs/sdks.md shows it
import { createGoogleGenerativeAI } from "@ai-sdk/google";
import { generateText } from "ai";

const google = createGoogleGenerativeAI({ baseURL: "http://127.0.0.1:8000/google" });

const answer = await generateText({
  model: google("gemini-2.5-flash"),
  temperature: 0,
  prompt: "What is a warm lane?",
});
console.log(answer.text);
// --- as the tests call it

import { ways } from "./ai_ways.mjs";
import { serve } from "./answering.mjs";

await serve({ async: ways(google("gemini-2.5-flash"), { temperature: 0 }) });
