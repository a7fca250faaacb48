// OpenAI's own SDK: responses.
// --- as docs/sdks.md shows it
import OpenAI from "openai";

const client = new OpenAI({ baseURL: "http://127.0.0.1:8000/openai" });

const answer = await client.responses.create({ model: "gpt-4o-mini", temperature: 0, input: "What is a warm lane?" });
console.log(answer.output_text);
// --- as the tests call it

import { serve } from "./answering.mjs";

const asked = (text) => ({ model: "gpt-4o-mini", temperature: 0, input: text });

const whole = async (text) => {
  const said = await client.responses.create(asked(text));
  return { text: said.output_text, usage: [said.usage.input_tokens, said.usage.output_tokens], said };
};

const stream = async function* (text, signal) {
  for await (const event of client.responses.stream(asked(text), { signal })) {
    yield event.type === "response.output_text.delta" ? event.delta : "";
  }
};

await serve({ async: { whole, stream } });
