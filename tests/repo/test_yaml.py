"""The files that put the gateway on a cluster, against the schemas of those who read them."""

import copy
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from warmlane.settings import Settings
from warmlane_serve.options import DEPLOYMENTS, deployment_options

pytest.importorskip("ray.serve")

SERVE = Path("deployments/serve.yaml")
KUBERAY = Path("deployments/kuberay.yaml")
LAUNCHER = Path("ray_cluster.yaml")
COMPOSE = Path("deployments/docker-compose.yaml")
DOCKERFILE = Path("deployments/Dockerfile")

LOCAL = {"type": "local", "head_ip": "10.0.0.1", "worker_ips": ["10.0.0.2", "10.0.0.3"]}


@pytest.fixture
def kuberay(root: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """The objects in `kuberay.yaml` by kind and name."""
    found = yaml.safe_load_all((root / KUBERAY).read_text())
    return {(each["kind"], each["metadata"]["name"]): each for each in found}


@pytest.fixture
def serve_configs(root: Path, kuberay: dict[tuple[str, str], dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Every config for Serve that there is."""
    inside = kuberay["RayService", "warmlane"]["spec"]["serveConfigV2"]
    return {"serve.yaml": yaml.safe_load((root / SERVE).read_text()), "kuberay.yaml": yaml.safe_load(inside)}


@pytest.fixture
def launcher(root: Path) -> dict[str, Any]:
    """The cluster launcher's file."""
    content: dict[str, Any] = yaml.safe_load((root / LAUNCHER).read_text())
    return content


def local_form(launcher: dict[str, Any]) -> dict[str, Any]:
    """The same for machines of one's own, by what its comment says to change."""
    changed = copy.deepcopy(launcher)
    changed["provider"] = LOCAL
    for name in ("head_node_type", "available_node_types"):
        del changed[name]
    return changed


def strict(schema: Any) -> Any:
    """The same schema, in which an object has no field that is not named: a cluster would drop it without a word."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    result = {name: strict(value) for name, value in schema.items()}
    is_open = result.get("x-kubernetes-preserve-unknown-fields") or result.get("x-kubernetes-embedded-resource")
    if isinstance(result.get("properties"), dict) and result.get("type") == "object" and not is_open:
        result.setdefault("additionalProperties", False)
    return result


@pytest.mark.parametrize("name", ["serve.yaml", "kuberay.yaml"])
def test_serve_reads_it(serve_configs: dict[str, dict[str, Any]], name: str) -> None:
    """And finds all stages listed, so that each can be scaled by applying it again."""
    from ray.serve.schema import ServeDeploySchema

    config = ServeDeploySchema.model_validate(serve_configs[name])

    (application,) = config.applications
    assert (config.proxy_location.value, application.import_path) == ("Disabled", "warmlane_serve.main:build")
    assert {each.name for each in application.deployments} == set(DEPLOYMENTS.values())


@pytest.mark.parametrize("name", ["serve.yaml", "kuberay.yaml"])
def test_its_arguments_are_settings(serve_configs: dict[str, dict[str, Any]], name: str) -> None:
    """Whose stages have fixed numbers in the code, so that those of the file are the only ones; and no secret."""
    args = serve_configs[name]["applications"][0]["args"]

    options = deployment_options(Settings(**args, secret="0123456789abcdef" * 2), has_gpu=False)

    assert [stage for stage, each in options.items() if each["num_replicas"] is None] == []
    assert "secret" not in json.dumps(args)


@pytest.mark.parametrize("name", ["serve.yaml", "kuberay.yaml"])
def test_it_scales_as_the_settings_would(serve_configs: dict[str, dict[str, Any]], name: str) -> None:
    """The same policy, patience and delays as the code's own, which has them from the settings."""
    usual = deployment_options(Settings(), has_gpu=False)
    listed = {each["name"]: each for each in serve_configs[name]["applications"][0]["deployments"]}

    for stage in ("embedder", "forwarder"):
        has, wants = listed[DEPLOYMENTS[stage]]["autoscaling_config"], usual[stage]["autoscaling_config"]
        numbers = {"min_replicas": None, "max_replicas": None}
        assert {**has, **numbers} == {**wants, **numbers}


def test_kuberay_reads_it(root: Path, kuberay: dict[tuple[str, str], dict[str, Any]]) -> None:
    """Field by field, to the last one of the pods."""
    schema = json.loads((root / "tests/repo/data/rayservice-v1.json").read_text())

    jsonschema.Draft202012Validator(strict(schema)).validate(kuberay["RayService", "warmlane"])


def test_each_stage_has_a_group_of_pods(
    serve_configs: dict[str, dict[str, Any]], kuberay: dict[tuple[str, str], dict[str, Any]]
) -> None:
    """Bound to it by a resource that its pods say they have, as whole numbers: Ray's autoscaler takes no others."""
    stages = serve_configs["kuberay.yaml"]["applications"][0]["args"]["stages"]
    groups = kuberay["RayService", "warmlane"]["spec"]["rayClusterConfig"]["workerGroupSpecs"]
    has = {each["groupName"]: json.loads(json.loads(each["rayStartParams"]["resources"])) for each in groups}

    assert set(has) == {"ingress", "store", "embedder", "forwarder"}
    assert all(isinstance(count, int) for each in has.values() for count in each.values())
    for stage, each in stages.items():
        (resource,) = each["resources"]
        assert [group for group, resources in has.items() if resource in resources] == [
            stage if stage in has else "ingress"
        ]


def test_pods_are_whom_the_other_objects_mean(kuberay: dict[tuple[str, str], dict[str, Any]]) -> None:
    """Each selector selects some, each component has a disruption budget, all are in the network policy."""
    cluster = kuberay["RayService", "warmlane"]["spec"]["rayClusterConfig"]
    pods = [each["template"] for each in (cluster["headGroupSpec"], *cluster["workerGroupSpecs"])]
    labels = [each["metadata"]["labels"] for each in pods]

    def selected(selector: dict[str, str]) -> int:
        return sum(selector.items() <= each.items() for each in labels)

    budgets = [each["spec"]["selector"]["matchLabels"] for (kind, _), each in kuberay.items() if "Budget" in kind]
    policies = [each["spec"]["podSelector"]["matchLabels"] for (kind, _), each in kuberay.items() if "Policy" in kind]
    assert [selected(each) for each in budgets] == [1] * len(labels)
    assert max(map(selected, policies)) == len(labels)
    assert min(map(selected, policies)) == 1
    assert selected(kuberay["Service", "warmlane"]["spec"]["selector"]) == 1
    assert {each["metadata"]["namespace"] for each in kuberay.values()} == {"warmlane"}


def test_pods_are_careful(kuberay: dict[tuple[str, str], dict[str, Any]]) -> None:
    """Nobody is root; secrets come by reference; each has probes and a size; Ray wants a token."""
    cluster = kuberay["RayService", "warmlane"]["spec"]["rayClusterConfig"]
    assert cluster["authOptions"] == {"mode": "token", "secretName": "warmlane-ray"}
    for group in (cluster["headGroupSpec"], *cluster["workerGroupSpecs"]):
        spec = group["template"]["spec"]
        (container,) = spec["containers"]
        assert spec["securityContext"]["runAsNonRoot"]
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert {"readinessProbe", "livenessProbe", "resources"} <= set(container)
        secret = next(each for each in container["env"] if each["name"] == "WARMLANE_SECRET")
        assert secret["valueFrom"]["secretKeyRef"] == {"name": "warmlane", "key": "secret"}


@pytest.mark.parametrize("form", [dict, local_form])
def test_the_launcher_reads_it(launcher: dict[str, Any], form: Any) -> None:
    """On a cloud, and, changed as it says, on machines of one's own; filled up with what Ray adds, too."""
    import ray
    from ray.autoscaler._private.util import prepare_config

    schema = json.loads((Path(ray.__file__).parent / "autoscaler" / "ray-schema.json").read_text())
    config = form(launcher)

    jsonschema.validate(config, schema)
    prepared = prepare_config(copy.deepcopy(config))

    assert prepared["head_node_type"] in prepared["available_node_types"]
    assert prepared["docker"]["image"] == launcher["docker"]["image"]


def test_the_launcher_has_a_head_and_two_kinds_of_workers(launcher: dict[str, Any]) -> None:
    """One with GPUs, which costs nothing until it is needed; Ray wants a token, and all start with the secret."""
    types = launcher["available_node_types"]
    assert set(types) == {"head", "cpu", "gpu"}
    assert (types["gpu"]["resources"]["GPU"], types["gpu"]["min_workers"]) == (1, 0)
    assert "--env RAY_AUTH_MODE=token" in launcher["docker"]["run_options"]
    for commands in (launcher["head_start_ray_commands"], launcher["worker_start_ray_commands"]):
        assert "export WARMLANE_SECRET=$(cat " in commands[-1]


def test_compose_reads_it(root: Path) -> None:
    """No secret is in it, nothing is published beyond this machine, nobody is more than they must."""
    schema = json.loads((root / "tests/repo/data/compose-spec.json").read_text())
    text = (root / COMPOSE).read_text()
    compose = yaml.safe_load(text)

    jsonschema.Draft7Validator(schema).validate(compose)

    ports = [port for each in compose["services"].values() for port in each.get("ports", ())]
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert all(each["cap_drop"] == ["ALL"] for each in compose["services"].values())
    assert "${WARMLANE_SECRET:?" in text


def test_the_image_is_made_of_what_is_locked(root: Path) -> None:
    """Each install checks hashes or has no index, what is copied is there, and the user is not root."""
    text = (root / DOCKERFILE).read_text().replace("\\\n", " ")
    installs = re.findall(r"pip (?:install|wheel) [^&\n]*", text)
    copied = [each for line in re.findall(r"^COPY (?!--from)(.*) \S+$", text, re.MULTILINE) for each in line.split()]

    assert len(installs) >= 3
    assert all("--require-hashes" in each or "--no-index" in each for each in installs)
    assert [each for each in copied if not (root / each).exists()] == []
    assert re.findall(r"^USER (.*)$", text, re.MULTILINE) == ["10001:10001"]
    assert len(re.findall(r"^FROM ", text, re.MULTILINE)) >= 2
    ignored = (root / f"{DOCKERFILE}.dockerignore").read_text().splitlines()
    assert {each.split("/")[0] for each in copied} <= {line.removeprefix("!") for line in ignored}


def test_the_image_has_what_is_tested(root: Path) -> None:
    """The versions of the lock that the tests run with."""
    pins = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)
    ray, build, dev = (
        dict(pins.findall((root / f"requirements-{name}.lock").read_text())) for name in ("ray", "build", "dev")
    )

    assert (ray.items() | build.items()) - dev.items() == set()
    assert {"ray", "chromadb", "opentelemetry-exporter-otlp-proto-http"} <= set(ray)
