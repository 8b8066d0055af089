"""What do the JSON routes take? An OpenAPI 3.1 description made from the routes themselves."""

from __future__ import annotations

from typing import Any

TEXT: dict[str, Any] = {"type": "string"}
BODIES: dict[str, dict[str, Any]] = {
    "whatif": {
        "numbers": {"type": "object", "additionalProperties": TEXT},
        "without": {"type": "array", "items": TEXT},
        "as_of": {"type": ["string", "null"]},
        "full": {"type": "boolean"},
    },
    "change": dict.fromkeys(("kind", "file", "key", "column", "old", "new", "version"), TEXT),
    "here": dict.fromkeys(("file", "key", "column"), TEXT),
    "reviewer": {"name": TEXT},
    "seal": {"question": TEXT, "values": {"type": "object", "additionalProperties": TEXT}},
    "column": {"question": TEXT, "fact": TEXT, "values": {"type": "object", "additionalProperties": TEXT}},
    "decide": {"id": TEXT, "decision": {"enum": ["accept", "refuse"]}},
    "gap": {"gap": TEXT, "answer": TEXT, "why": TEXT},
    "run": {"stage": TEXT},
}
QUERIES = {"table": ("file",), "sheet": ("question",)}
ANSWERS = {
    "200": {"description": "done", "content": {"application/json": {"schema": {"type": "object"}}}},
    **{
        status: {"description": says, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/No"}}}}
        for status, says in (
            ("400", "not a JSON object"),
            ("403", "no session, or another site asks"),
            ("409", "somebody else changed it meanwhile"),
            ("413", "too large"),
            ("422", "refused, with what would be right"),
        )
    },
}


def description(reads: tuple[str, ...], writes: tuple[str, ...], app: object) -> dict[str, Any]:
    """The document that the app serves at /openapi.json."""
    paths: dict[str, Any] = {}
    for name in reads:
        asked = [{"name": q, "in": "query", "required": True, "schema": TEXT} for q in QUERIES.get(name, ())]
        paths[f"/api/{name}"] = {"get": _operation(app, name) | {"parameters": asked}}
    for name in writes:
        schema = {"type": "object", "properties": BODIES.get(name, {})}
        body = {"required": True, "content": {"application/json": {"schema": schema}}}
        header = {"name": "X-CSRF-Token", "in": "header", "required": True, "schema": TEXT}
        paths[f"/api/{name}"] = {"post": _operation(app, name) | {"requestBody": body, "parameters": [header]}}
    no = {"type": "object", "properties": {"error": TEXT}, "required": ["error"]}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Blindspot: a case on this machine", "version": "1"},
        "paths": paths,
        "components": {"schemas": {"No": no}},
    }


def _operation(app: object, name: str) -> dict[str, Any]:
    return {"operationId": name, "summary": getattr(app, name).__doc__ or "", "responses": ANSWERS}
