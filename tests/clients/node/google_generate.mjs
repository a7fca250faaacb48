// Google's own SDK: generate content.
// --- as docs/sdks.md shows it
import { GoogleGenAI } from "@google/genai";

const client = new GoogleGenAI({
  apiKey: process.env.GEMINI_API_KEY,
  httpOptions: { baseUrl: "http://127.0.0.1:8000/google" },
});

const answer = await client.models.generateContent({
  model: "gemini-2.5-flash",
  contents: "What is a warm lane?",
  config: { temperature: 0 },
});
console.log(answer.text);
// --- as the tests call it

import { serve } from "./answering.mjs";

const asked = (text, more) => ({
  model: "gemini-2.5-flash",
  contents: text,
  config: { temperature: 0, ...more },
});

const whole = async (text) => {
  const said = await client.models.generateContent(asked(text));
  const usage = [said.usageMetadata.promptTokenCount, said.usageMetadata.candidatesTokenCount];
  return { text: said.text, usage, said: said.candidates };
};

const stream = async function* (text, abortSignal) {
  for await (const chunk of await client.models.generateContentStream(asked(text, { abortSignal }))) {
    yield chunk.text ?? "";
  }
};

await serve({ async: { whole, stream } });
