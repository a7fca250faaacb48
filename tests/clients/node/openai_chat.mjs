// OpenAI's own SDK: chat completions.
// --- as docs/sdks.md shows it
import OpenAI from "openai";

const client = new OpenAI({ baseURL: "http://127.0.0.1:8000/openai" });

const answer = await client.chat.completions.create({
  model: "gpt-4o-mini",
  temperature: 0,
  messages: [{ role: "user", content: "What is a warm lane?" }],
});
console.log(answer.choices[0].message.content);
// --- as the tests call it

import { serve } from "./answering.mjs";

const asked = (text) => ({ model: "gpt-4o-mini", temperature: 0, messages: [{ role: "user", content: text }] });

const whole = async (text) => {
  const said = await client.chat.completions.create(asked(text));
  const usage = [said.usage.prompt_tokens, said.usage.completion_tokens];
  return { text: said.choices[0].message.content, usage, said };
};

const stream = async function* (text, signal) {
  const streamed = { ...asked(text), stream: true, stream_options: { include_usage: true } };
  for await (const chunk of await client.chat.completions.create(streamed, { signal })) {
    yield chunk.choices[0]?.delta.content ?? "";
  }
};

await serve({ async: { whole, stream } });
