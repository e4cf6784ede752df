"""This file describes the API for programs, in the form of OpenAPI, from the one table of routes."""

from __future__ import annotations

from functools import cache

from keepwell.app.api import routes
from keepwell.app.api.routes import Route
from keepwell.app.api.said import ID as ID_FORM
from keepwell.app.api.said import LONGEST_LIST, LONGEST_TEXT, Given
from keepwell.app.databases import version
from keepwell.app.representations.values import Json

PATH = f"{routes.VERSION}/openapi.json"
REFUSED = {
    "400": "The request or its body cannot be read",
    "401": "No token, or one that does not work",
    "403": "The token has no scope for this, or the account may be read and not changed",
    "404": "There is no such account, or it may not be seen",
    "409": "Nothing is scored yet, or the id of the message was used for another fact",
    "422": "A value was not accepted",
    "429": "Too many wrong tokens came from there",
}
ID: Json = {
    "name": "id", "in": "path", "required": True, "schema": {"type": "string"},
    "description": "the account's id; percent-encode it twice where it has other characters than letters, digits, - and _",
}  # fmt: skip


@cache
def description() -> Json:
    """Describe every route."""
    paths: dict[str, Json] = {}
    for route in routes.ROUTES:
        paths.setdefault(routes.VERSION + route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Keepwell", "version": version()},
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Error": {
                    "type": "object",
                    "required": ["code", "error"],
                    "properties": {"code": {"type": "string"}, "error": {"type": "string"}},
                }
            },
        },
    }


def _operation(route: Route) -> Json:
    parameters = [ID] if "{id}" in route.path else []
    parameters += [
        {"name": each.name, "in": "query", "description": each.meaning, "schema": _schema(each)}
        for each in route.parameters
    ]
    operation: Json = {
        "operationId": route.view.__name__,
        "summary": route.summary,
        "description": f"Needs the scope {' and '.join(route.scopes)}.",
        "parameters": parameters,
        "responses": {
            **({"201": _object("Recorded")} if route.body else {}),
            "200": _object("Recorded before, by the same message" if route.body else "Found"),
            **{status: _refused(said) for status, said in REFUSED.items()},
        },
    }
    if route.body:
        schema = {
            "type": "object",
            "additionalProperties": False,
            "required": [each.name for each in route.body if each.is_required],
            "properties": {each.name: {**_schema(each), "description": each.meaning} for each in route.body},
        }  # fmt: skip
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
    return operation


def _schema(given: Given) -> Json:
    text: Json = {"type": "string", "maxLength": given.most or LONGEST_TEXT}
    if given.choices:
        text = {"type": "string", "enum": list(given.choices)}
    kinds: dict[str, Json] = {
        "text": text,
        "id": {"type": "string", "pattern": f"^{ID_FORM}$"},
        "texts": {"type": "array", "items": text, "maxItems": LONGEST_LIST},
        "number": {"type": "integer", "minimum": 0, **({"maximum": given.most} if given.most else {})},
        "day": {"type": "string", "format": "date"},
        "moment": {"type": "string", "format": "date-time"},
        "yes or no": {"type": "boolean"},
    }  # fmt: skip
    return kinds[given.kind]


def _object(said: str) -> Json:
    return {"description": said, "content": {"application/json": {"schema": {"type": "object"}}}}


def _refused(said: str) -> Json:
    schema = {"$ref": "#/components/schemas/Error"}
    return {"description": said, "content": {"application/json": {"schema": schema}}}
