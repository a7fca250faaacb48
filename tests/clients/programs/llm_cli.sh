# `llm`, the command.
# --- as docs/sdks.md shows it
llm -m warm -o temperature 0 "What is a warm lane?"
# ---
