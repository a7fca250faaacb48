"""What a newcomer can paste."""

from warmlane.settings import Settings

_QUESTION = '{"model": "demo", "temperature": 0, "messages": [{"role": "user", "content": "What is a warm lane?"}]}'

_TRY = """
Try it; the second time it is a hit (no key, no network):

    curl -si {base}/demo/v1/chat/completions -H 'content-type: application/json' \\
      -d '{question}'
"""


def welcome(settings: Settings, port: int) -> str:
    """The block that start-up ends with: base URLs, and a call that is a hit the second time."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    base = f"http://{'127.0.0.1' if host in {'0.0.0.0', '[::]'} else host}:{port}"  # noqa: S104 - read, not bound
    names = dict.fromkeys(["openai", *sorted(settings.providers), *(["demo"] if settings.demo.enabled else [])])
    urls = "\n".join(f"    {name:<9} {base}/{name}" for name in names)
    tried = _TRY.format(base=base, question=_QUESTION) if settings.demo.enabled else ""
    return f"""\
Warmlane is serving. Base URLs for your SDK (keep your own key):

{urls}
{tried}
With the OpenAI SDK:  OpenAI(base_url="{base}/openai")
Health {base}/readyz  ·  metrics {base}/metrics  ·  stop with Ctrl-C
"""
