"""OpenAPI documents as people write them: references, circles, dialects, forms; and what is told of broken ones."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from jsonschema import Draft202012Validator

from handrail.agent.sources.openapi.connection import OpenApiConnection
from handrail.agent.sources.openapi.document import Document, load_document
from handrail.agent.sources.openapi.operations import Described, pick
from handrail.agent.sources.openapi.security import expect_trusted, lacking
from handrail.agent.sources.schema import arguments_model, checker, parameters
from handrail.conversation.clock import FixedClock
from handrail.conversation.errors import SettingsError
from handrail.conversation.sources import OpenApiTable

NASTY = """
openapi: 3.0.3
info: {title: Workshop, version: 2024-01-01}
servers:
  - url: "{scheme}://workshop.example/{stage}/"
    variables: {scheme: {default: https}, stage: {default: v1, enum: [v1, v2]}}
security: [{key: []}, {flow: [read], key: []}]
paths:
  /jobs/{job-id}:
    parameters:
      - $ref: '#/components/parameters/Job'
      - {name: X-Tenant, in: header, required: true, schema: {type: string}}
      - {name: Authorization, in: header, schema: {type: string}}
    get:
      operationId: readJob
      summary: Read a job.
      parameters:
        - {name: expand, in: query, explode: false, schema: {type: array, items: {type: string}}}
        - {name: where, in: query, style: deepObject, schema: {type: object, properties: {city: {type: string}}}}
      responses:
        200: {$ref: '#/components/responses/Job'}
        404: {description: none}
    patch:
      operationId: change-job
      security: []
      requestBody: {$ref: '#/components/requestBodies/Change'}
      responses: {'204': {description: done}, '200': {$ref: '#/components/responses/Job'}}
  /jobs:
    post:
      operationId: newJob
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded:
            schema:
              type: object
              required: [name, 1st]
              properties:
                name: {type: string}
                1st: {type: integer, minimum: 0, exclusiveMinimum: true}
                tags: {type: array, items: {type: string}}
                owner: {type: object, properties: {id: {type: string}}}
                photo: {type: string, format: binary}
      responses: {'201': {content: {application/json: {}}, description: made}}
  /broken:
    get: {parameters: [{name: a, in: nowhere}], responses: {}}
    put: {responses: {'200': {$ref: '#/components/responses/None'}}}
    post: {requestBody: {content: {application/xml: {schema: {type: object}}}}, responses: {}}
  /outside:
    get: {parameters: [{$ref: 'other.yaml#/x'}], responses: {}}
  /round:
    get: {parameters: [{$ref: '#/components/parameters/Round'}], responses: {}}
  /flask/<id>:
    get: {parameters: [{name: id, in: path, schema: {type: string}}], responses: {}}
  /undeclared/{id}:
    get: {responses: {}}
  /strange/{a}:
    get: {parameters: [{name: a, in: path, style: matrix, schema: {}}], responses: {}}
components:
  parameters:
    Job: {name: job-id, in: path, required: true, description: The number, schema: {type: string, example: J1}}
    Round: {$ref: '#/components/parameters/Round'}
  requestBodies:
    Change:
      required: true
      content:
        application/merge-patch+json:
          schema:
            allOf:
              - $ref: '#/components/schemas/Base'
              - type: object
                required: [state, number]
                properties:
                  state: {$ref: '#/components/schemas/State'}
                  job-id: {type: string}
                  parts: {type: array, items: {$ref: '#/components/schemas/Node'}}
  responses:
    Job:
      description: a job
      content: {application/json: {schema: {$ref: '#/components/schemas/Node'}}}
  schemas:
    Base:
      type: object
      required: [number]
      properties:
        number: {type: integer, readOnly: true}
        note: {type: string, nullable: true, xml: {name: n}, x-internal: yes}
    State: {type: string, nullable: true, enum: [open, done]}
    Node:
      type: object
      required: [name, secret]
      properties:
        name: {type: string}
        secret: {type: string, writeOnly: true}
        weight: {type: number, maximum: 9, exclusiveMaximum: true}
        due: {type: string, nullable: true}
        next: {$ref: '#/components/schemas/Node'}
        state: {nullable: true, allOf: [{$ref: '#/components/schemas/State'}]}
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Key}
    flow: {type: oauth2, flows: {clientCredentials: {tokenUrl: /token, scopes: {}}}}
"""


async def document(text: str, folder: Path, name: str = "nasty.yaml") -> Document:
    (folder / name).write_text(text, encoding="utf-8")
    async with httpx.AsyncClient() as client:
        return await load_document(name, folder, client)


@pytest.fixture
async def nasty(tmp_path: Path) -> Document:
    return await document(NASTY, tmp_path)


def fits(described: Described, value: Any) -> bool:
    assert described.result is not None
    Draft202012Validator.check_schema(dict(described.result))
    return not checker(described.result)(value)


def test_parameters_of_the_path_and_of_the_operation_come_together(nasty: Document) -> None:
    described = pick(nasty, "readJob", frozenset({("header", "x-tenant")}))
    assert described.arguments["required"] == ["job_id"]
    assert described.arguments["properties"] == {
        "job_id": {"type": "string", "description": "The number"},
        "expand": {"type": "array", "items": {"type": "string"}},
        "where": {"type": "object", "properties": {"city": {"type": "string"}}},
    }
    assert pick(nasty, "get /jobs/{job-id}").operation.id == "readJob"


def test_a_result_may_contain_itself_and_old_words_are_todays(nasty: Document) -> None:
    described = pick(nasty, "readJob")
    assert fits(described, {"name": "a", "weight": 8.9, "due": None, "state": None, "next": {"name": "b"}})
    assert not fits(described, {"name": "a", "next": {"name": "b", "next": {}}})
    assert not fits(described, {"name": "a", "weight": 9})
    assert not fits(described, {"name": "a", "state": "lost"})
    # Nothing, or a job.
    changed = pick(nasty, "change-job")
    assert fits(changed, {})
    assert fits(changed, {"name": "a"})
    assert not fits(changed, {"nam": "a"})


def test_a_body_that_is_put_together_becomes_arguments_and_circles_end(nasty: Document) -> None:
    described = pick(nasty, "change-job")
    properties = described.arguments["properties"]
    # The path's own name stays; what the service alone sets is no argument.
    assert list(properties) == ["job_id", "X_Tenant", "note", "state", "job_id_body", "parts"]
    assert described.arguments["required"] == ["job_id", "X_Tenant", "state"]
    assert properties["note"] == {"type": ["string", "null"]}
    assert properties["state"] == {"type": ["string", "null"], "enum": ["open", "done", None]}
    node = properties["parts"]["items"]
    assert node["properties"]["next"] == {}
    assert "$ref" not in json.dumps(properties)
    assert described.form is not None
    assert described.form.media_type == "application/merge-patch+json"
    model = arguments_model("change", parameters(described.arguments, (), "here"), "here")
    assert model(job_id="1", X_Tenant="t", state="open", note="n")


def test_a_form_becomes_arguments_and_files_that_need_not_be_sent_are_left_out(nasty: Document) -> None:
    described = pick(nasty, "newJob")
    assert list(described.arguments["properties"]) == ["name", "body_1st", "tags", "owner"]
    assert described.arguments["properties"]["body_1st"] == {"type": "integer", "exclusiveMinimum": 0}
    assert described.result == {}


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("GET /broken", "paths./broken.get.parameters.0.in: Input should be 'path', 'query'"),
        ("PUT /broken", "'#/components/responses/None' points at nothing"),
        ("POST /broken", "the body must be JSON or a form, and the service takes application/xml"),
        ("GET /outside", "paths./outside.get.parameters.0: 'other.yaml#/x' points out of the document"),
        ("GET /round", "its references lead round in a circle"),
        ("GET /flask/<id>", "paths./flask/<id>.get.parameters.0: the path /flask/<id> has no {id}"),
        ("GET /undeclared/{id}", "paths./undeclared/{id}.get: the path's {id} is not among the parameters"),
        ("GET /strange/{a}", "'matrix' is not supported in a path"),
        ("readJobs", "no operation 'readJobs'; near it are: readJob"),
    ],
)
def test_a_broken_operation_is_told_with_its_place_and_harms_no_other(nasty: Document, key: str, told: str) -> None:
    with pytest.raises(SettingsError, match=r"^nasty\.yaml") as caught:
        pick(nasty, key)
    assert told in str(caught.value)
    assert pick(nasty, "readJob")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("swagger: '2.0'\npaths: {}", "Swagger 2.0 must be converted"),
        ("- a", "it has no field 'openapi'"),
        ("openapi: '4.0'", "openapi: String should match"),
        ("openapi: 3.1.0\npaths: [1]", "paths: Input should be a valid dictionary"),
        ("openapi: [", "can't be read as JSON or YAML"),
        ('{"openapi": ', "can't be read as JSON or YAML"),
    ],
)
async def test_what_is_no_document_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(SettingsError, match=r"nasty\.yaml") as caught:
        await document(text, tmp_path)
    assert told in str(caught.value)


async def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    async with httpx.AsyncClient() as client:
        with pytest.raises(SettingsError, match=r"none\.yaml can't be read"):
            await load_document("none.yaml", tmp_path, client)


async def test_yaml_and_json_say_the_same(tmp_path: Path, nasty: Document) -> None:
    # A date is text in JSON, and so it is here.
    assert nasty.raw["info"]["version"] == "2024-01-01"
    as_json = await document(json.dumps(yaml.safe_load(NASTY), default=str), tmp_path, "nasty.json")
    for key in ("readJob", "change-job", "newJob"):
        assert pick(as_json, key).arguments == pick(nasty, key).arguments
        assert pick(as_json, key).result == pick(nasty, key).result


async def test_todays_schemas_are_kept_as_they_are(tmp_path: Path) -> None:
    schema = {
        "type": ["object", "null"],
        "properties": {"a": {"const": 1}, "b": {"$ref": "#/$defs/x~1y", "description": "here"}, "c": True},
        "exclusiveMinimum": 3,
    }
    answer = {"200": {"content": {"application/json": {"schema": schema}}}}
    whole = {"openapi": "3.1.0", "paths": {"/a": {"get": {"responses": answer}}}, "$defs": {"x/y": {"type": "null"}}}
    described = pick(await document(json.dumps(whole), tmp_path), "GET /a")
    assert fits(described, {"a": 1, "b": None, "c": 7})
    assert not fits(described, {"b": 1})
    assert not fits(described, {"a": 2})


async def test_a_schema_that_grows_without_end_is_cut(tmp_path: Path) -> None:
    many = {
        f"S{n}": {"properties": {f"p{i}": {"$ref": f"#/components/schemas/S{n + 1}"} for i in range(9)}}
        for n in range(9)
    }
    schemas = {**many, "S9": {"type": "string"}}
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/S0"}}}}
    operation = {"operationId": "grow", "requestBody": body, "responses": {"200": body}}
    whole = {"openapi": "3.0.0", "paths": {"/a": {"post": operation}}, "components": {"schemas": schemas}}
    described = pick(await document(json.dumps(whole), tmp_path), "grow")
    assert len(json.dumps(described.arguments)) < 400_000
    assert fits(described, {"p0": {"p1": {}}})


def table(**more: Any) -> OpenApiTable:
    return OpenApiTable.model_validate({"kind": "openapi", "document": "nasty.yaml", **more})


KEY = {"kind": "api_key", "name": "x-key", "value": "v"}


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "an api_key 'X-Key' in header or client_credentials and an api_key 'X-Key' in header"),
        ({"auth": {"kind": "bearer", "token": "t"}}, "an api_key 'X-Key' in header or"),
        ({"auth": {**KEY, "in": "query"}}, "an api_key 'X-Key' in header or"),
        ({"auth": KEY}, ""),
        ({"headers": {"X-KEY": "v"}}, ""),
    ],
)
def test_what_the_document_wants_and_the_settings_lack(nasty: Document, settings: dict[str, Any], told: str) -> None:
    assert lacking(nasty, pick(nasty, "readJob"), table(**settings)).startswith(told)
    assert bool(lacking(nasty, pick(nasty, "readJob"), table(**settings))) == bool(told)
    assert lacking(nasty, pick(nasty, "change-job"), table(**settings)) == ""


async def test_where_the_service_is_stands_in_the_document_or_in_the_settings(tmp_path: Path) -> None:
    (tmp_path / "nasty.yaml").write_text(NASTY.replace("{scheme}://workshop.example", ""))
    relative = OpenApiConnection("w", table(tools={"readJob": {"public": True}}), tmp_path, FixedClock())
    with pytest.raises(SettingsError, match=r"tools\.sources\.w\.base_url is needed"):
        await relative.offers()
    await relative.aclose()


async def test_a_type_that_there_is_none_of_says_nothing(tmp_path: Path) -> None:
    text = """
openapi: 3.0.3
paths:
  /things/{id}:
    get:
      operationId: thing
      parameters: [{name: id, in: path, required: true, schema: {type: str}}]
      responses:
        200:
          content:
            application/json:
              schema: {type: object, properties: {image: {type: file, nullable: true}, name: {type: string}}}
"""
    described = pick(await document(text, tmp_path), "thing")
    assert fits(described, {"image": None, "name": "A"})
    assert fits(described, {"image": "https://shop.example/a.png"})
    assert not fits(described, {"name": 3})
    shown = parameters(described.arguments, (), "here")
    assert arguments_model("thing", shown, "here").model_validate({"id": "T1"})


def test_a_body_that_nothing_reads_is_left_out_where_the_settings_say_so(nasty: Document) -> None:
    described = pick(nasty, "change-job", body=False)
    assert described.form is None
    assert {slot.place for slot in described.slots} == {"path", "header"}
    assert pick(nasty, "change-job").form is not None


@pytest.mark.parametrize(
    ("came_from", "goes_to", "told"),
    [
        ("https://shop.example/openapi.json", "https://shop.example/api", ""),
        ("http://127.0.0.1:8080/openapi.json", "http://127.0.0.1:8080/", ""),
        (None, "https://anywhere.example/api", ""),
        ("https://shop.example/openapi.json", "https://shop.example.evil/api", "another host"),
        ("https://shop.example/openapi.json", "https://shop.example:8443/api", "another host"),
        ("https://shop.example/openapi.json", "http://shop.example/api", "over http"),
        (None, "http://anywhere.example/api", "over http"),
        ("http://127.0.0.1:8080/openapi.json", "https://anywhere.example/api", "another host"),
    ],
)
def test_credentials_go_nowhere_only_because_a_document_says_so(
    nasty: Document, came_from: str | None, goes_to: str, told: str
) -> None:
    document = replace(nasty, url=came_from)
    if not told:
        expect_trusted(document, goes_to, "tools.sources.w.base_url")
        return
    with pytest.raises(SettingsError, match=rf"^tools\.sources\.w\.base_url is needed: .*{told}"):
        expect_trusted(document, goes_to, "tools.sources.w.base_url")
