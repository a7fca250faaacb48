// Anthropic's own SDK: messages.
// --- as docs/sdks.md shows it
import Anthropic from "@anthropic-ai/sdk";

const client = new Anthropic({
  baseURL: "http://127.0.0.1:8000/anthropic",
  defaultHeaders: { "X-Cache-Mode": "auto" }, // it has no temperature to set to 0
});

const answer = await client.messages.create({
  model: "claude-sonnet-4-5",
  max_tokens: 1024,
  messages: [{ role: "user", content: "What is a warm lane?" }],
});
console.log(answer.content[0].text);
// --- as the tests call it

import { serve } from "./answering.mjs";

const asked = (text) => ({
  model: "claude-sonnet-4-5",
  max_tokens: 1024,
  messages: [{ role: "user", content: text }],
});

const whole = async (text) => {
  const said = await client.messages.create(asked(text));
  return { text: said.content[0].text, usage: [said.usage.input_tokens, said.usage.output_tokens], said };
};

const stream = async function* (text, signal) {
  for await (const event of client.messages.stream(asked(text), { signal })) {
    yield event.type === "content_block_delta" ? event.delta.text : "";
  }
};

await serve({ async: { whole, stream } });
