"""What a newcomer can paste."""

from warmlane.settings import Settings

_QUESTION = '{"model": "demo", "temperature": 0, "messages": [{"role": "user", "content": "What is a warm lane?"}]}'

_TRY = """
Try it; the second time it is a hit (no key, no network):

    curl -si {base}/demo/v1/chat/completions -H 'content-type: application/json' \\
      -d '{question}'
"""


def base_url(host: str, port: int) -> str:
    """Where this machine finds what listens there."""
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - read, not bound
        host = "127.0.0.1"
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def welcome(settings: Settings, port: int) -> str:
    """The block that start-up ends with: base URLs, and a call that is a hit the second time."""
    base = base_url(settings.host, port)
    names = dict.fromkeys(
        ["openai", "anthropic", "google", *sorted(settings.providers), *(["demo"] if settings.demo.enabled else [])]
    )
    urls = "\n".join(f"    {name:<9} {base}/{name}" for name in names)
    tried = _TRY.format(base=base, question=_QUESTION) if settings.demo.enabled else ""
    return f"""\
Warmlane is serving. Base URLs for your SDK (keep your own key):

{urls}
{tried}
With the OpenAI SDK:  OpenAI(base_url="{base}/openai")
Health {base}/readyz  ·  metrics {base}/metrics  ·  stop with Ctrl-C
"""
