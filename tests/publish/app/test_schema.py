"""The JSON routes under schemathesis: whatever is sent, an answer in words with a status that the description names.

The longer campaign: `BLINDSPOT_SCHEMA=300 pytest tests/publish/app/test_schema.py`, so many cases per route and kind.
"""

import json
import os

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

from blindspot.cli.opening import works
from blindspot.publish.app import Works, application

from .conftest import HOST, Browser

MANY = int(os.environ.get("BLINDSPOT_SCHEMA", "8"))


def idle(_folder, _stage, _tell):
    """A stage that does nothing: what is tried here is the routes."""


@pytest.fixture
def browse(case):
    real = works()
    app, door = application(case, Works(real.stages, idle, real.offers, real.result), frozenset({HOST}))
    return Browser(app, door)


def test_whatever_is_sent_is_answered_in_words(browse):
    described = browse.client.get("/openapi.json").json()
    operations = [found.ok() for found in schemathesis.openapi.from_dict(described).get_all_operations()]
    assert len(operations) == sum(len(path) for path in described["paths"].values()) > 15
    seen = set()

    def send(operation, sent):
        allowed = described["paths"][operation.path][operation.method]["responses"]
        plain = isinstance(sent.body, dict | list | str | int | float | bool | None)
        body = json.dumps(sent.body).encode() if plain else b""
        query = {str(k): str(v) for k, v in (sent.query or {}).items()}
        headers = {"X-CSRF-Token": browse.csrf}
        answer = browse.client.request(
            operation.method.upper(), operation.path, params=query, content=body, headers=headers
        )
        seen.add(answer.status_code)
        assert str(answer.status_code) in allowed, (operation.path, answer.status_code, body[:300], answer.text[:300])
        told = answer.json()
        assert isinstance(told, dict)
        assert answer.status_code == 200 or told["error"]

    for operation in operations:
        for mode in GenerationMode.POSITIVE, GenerationMode.NEGATIVE:
            trying(operation, mode, send)
    assert seen >= {200, 400, 422}


def trying(operation, mode, send):
    """So many cases of one kind for one route; a route that takes nothing cannot be asked wrongly."""
    if mode == GenerationMode.NEGATIVE and not operation.body and not operation.query:
        return

    @settings(
        max_examples=MANY, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(sent=operation.as_strategy(generation_mode=mode))
    def one(sent):
        send(operation, sent)

    one()
