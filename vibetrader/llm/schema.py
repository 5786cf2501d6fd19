"""JSON Schema in the form that both providers' strict modes take."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

# Strict modes refuse some of these and move others into descriptions; the answer is validated here anyway.
_LOCAL_ONLY = {
    "default", "title", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength",
    "pattern", "minItems", "maxItems", "examples", "format",
}  # fmt: skip


def strict_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The model's schema with every field required, objects closed, and limits left to local validation."""
    schema = _strict(model.model_json_schema())
    assert isinstance(schema, dict)
    return schema


def _strict(node: Any, *, names: bool = False) -> Any:
    if isinstance(node, list):
        return [_strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    # Below `properties` and `$defs` the keys are names of ours, not words of JSON Schema.
    kept = {
        key: _strict(value, names=key in ("properties", "$defs"))
        for key, value in node.items()
        if names or key not in _LOCAL_ONLY
    }
    if not names and "properties" in kept:
        kept["required"] = list(kept["properties"])
        kept["additionalProperties"] = False
    return kept
