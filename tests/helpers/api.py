"""Requests to the public API that check status and content type."""

import json


def read_json(client, path, **given):
    """Return the successful response of an API URL."""
    answer = client.get(path.removeprefix("http://testserver"), given)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    return json.loads(answer.content)


def refused_list(client, status=400, **given):
    """Return the problem document with which a list is refused."""
    answer = client.get("/api/messages/", given)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    found = json.loads(answer.content)
    assert found["status"] == status
    return found
