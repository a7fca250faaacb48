"""LiteLLM's proxy: one worker, its cache in its own memory, otherwise as its documentation has it for production."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench.asks import MODEL
from bench.peers.peer import FOLDER, MISSING, PATIENCE, Absent, Peer
from bench.processes import Server, free_port, running

_HOME: Final = FOLDER / "litellm"
_CONFIG: Final = """\
model_list:
  - model_name: {model}
    litellm_params:
      model: openai/{model}
      api_base: http://127.0.0.1:{upstream}/v1
      api_key: sk-of-the-proxy
litellm_settings:
  cache: true
  cache_params:
    type: local
"""
_PREFIX: Final = "litellm-"


def _version() -> str:
    found = sorted(_HOME.glob(f"lib/python*/site-packages/{_PREFIX}[0-9]*.dist-info"))
    if not found:
        raise Absent(MISSING)
    return found[0].name.removeprefix(_PREFIX).removesuffix(".dist-info")


@contextmanager
def _start(cores: frozenset[int], upstream: int, key: str) -> Iterator[Server]:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.yaml"
        config.write_text(_CONFIG.format(model=MODEL, upstream=upstream), encoding="utf-8")
        env = {
            "LITELLM_MASTER_KEY": key,  # it does not start without one
            "LITELLM_MODE": "PRODUCTION",
            "LITELLM_LOG": "ERROR",
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # its prices are not fetched from the net
        }
        argv = [str(_HOME / "bin" / "litellm"), "--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
        with running("LiteLLM", [*argv, "--num_workers", "1"], port, cores, env, PATIENCE) as server:
            yield server


LITELLM: Final = Peer(
    name="LiteLLM",
    version=_version,
    settings="one worker of uvicorn (as it starts by itself), `cache: true` with `type: local` (in the memory of the "
    "process, 200 answers), LITELLM_MODE=PRODUCTION, LITELLM_LOG=ERROR, no database; the caller has the master key, "
    "the proxy the provider's",
    start=_start,
    fields=lambda _upstream: (),
    miss=b"\r\nllm_provider-x-request-id:",
    hit=b"\r\nx-litellm-cache-key:",
)
