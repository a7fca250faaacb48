// How a model of the Vercel AI SDK is called, whoever made it.
import { generateText, streamText } from "ai";

export const ways = (model, more) => ({
  whole: async (text) => {
    const said = await generateText({ model, prompt: text, ...more });
    return { text: said.text, usage: [said.usage.inputTokens, said.usage.outputTokens], said: said.content };
  },
  stream: async function* (text, abortSignal) {
    // It says an error as a part of the stream, and in the log.
    const onError = () => {};
    for await (const part of streamText({ model, prompt: text, abortSignal, onError, ...more }).fullStream) {
      if (part.type === "error") throw part.error;
      yield part.type === "text-delta" ? part.text : "";
    }
  },
});
