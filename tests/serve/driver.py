"""What is asked of a cluster from a process of its own on one of its nodes: `python driver.py ADDRESS apply|status`.

`apply` takes a Serve config as JSON from standard input, as `serve deploy` would take it as YAML; both answer in JSON.
"""

import json
import sys
from typing import Any

import ray
from ray import serve
from ray.serve._private.api import serve_start
from ray.serve.schema import ServeDeploySchema


def apply(config: dict[str, Any]) -> None:
    """Hand it to the controller; what comes of it, `status` tells."""
    parsed = ServeDeploySchema.model_validate(config)
    client = serve_start(http_options=parsed.http_options.model_dump(), proxy_location=parsed.proxy_location)
    client.deploy_apps(parsed)


def status() -> dict[str, Any]:
    """Of the one application, and of each deployment: status, message, and replicas by state."""
    (app,) = serve.status().applications.values()
    return {
        "status": app.status.value,
        "message": app.message[-600:],
        "deployments": {
            name: {"status": each.status.value, "message": each.message[-300:], "replicas": dict(each.replica_states)}
            for name, each in app.deployments.items()
        },
        "nodes": sum(node["Alive"] for node in ray.nodes()),
    }


def main() -> None:
    """Do what was asked, on standard output."""
    address, what = sys.argv[1:]
    ray.init(address=address, namespace="serve", log_to_driver=False, configure_logging=False)
    if what == "apply":
        apply(json.load(sys.stdin))
    print(json.dumps(status()) if what == "status" else "{}")  # noqa: T201 - its answer


if __name__ == "__main__":
    main()
