// How a program here is asked, and says what came of it: see ../programs/answering.py.
import { createInterface } from "node:readline";

const leave = async (way, text) => {
  const left = new AbortController();
  for await (const piece of way.stream(text, left.signal)) {
    if (piece) {
      left.abort();
      return { text: piece };
    }
  }
};

const stream = async (way, text) => {
  let whole = "";
  for await (const piece of way.stream(text)) whole += piece;
  return { text: whole };
};

const modes = { whole: (way, text) => way.whole(text), stream, leave };

const raised = (error) => {
  // What the Vercel AI SDK tried more than once says so around the last error.
  const own = error.lastError ?? error;
  return { error: own.constructor.name, status: own.status ?? own.statusCode, message: String(own.message) };
};

// One way for each name: `whole(text)` gives text, usage and what else the client said, `stream(text, signal)` the
// pieces of the text.
export const serve = async (ways) => {
  for await (const line of createInterface({ input: process.stdin })) {
    const { way, mode, text } = JSON.parse(line);
    const heard = await modes[mode](ways[way], text).catch(raised);
    process.stdout.write(JSON.stringify(heard) + "\n");
  }
  process.exit(0);
};
