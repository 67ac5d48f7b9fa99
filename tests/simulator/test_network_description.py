"""What the network's REST API answers, against Twilio's own description of it."""

import json
import re
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
import requests

TYPES = {"string": str, "boolean": bool, "integer": int, "number": (int, float), "object": dict, "array": list}


class Description:
    def __init__(self, path: Path) -> None:
        self._schemas = json.loads(path.read_text())["components"]["schemas"]

    def mistakes(self, name: str, answer: dict[str, Any]) -> list[str]:
        properties = self._schemas[name]["properties"]
        unknown = [f"{key} is not described" for key in sorted(set(answer) - set(properties))]
        missing = [f"{key} is missing" for key in sorted(set(properties) - set(answer))]
        both = [key for key in properties if key in answer]
        return unknown + missing + [m for key in both for m in self._wrong(key, properties[key], answer[key])]

    def _wrong(self, key: str, rule: dict[str, Any], value: Any) -> list[str]:
        if "$ref" in rule:
            rule = {"nullable": True, **self._schemas[rule["$ref"].rsplit("/", 1)[1]]}
        if value is None:
            return [] if rule.get("nullable") else [f"{key} is null"]
        if not isinstance(value, TYPES[rule["type"]]):
            return [f"{key}: {value!r} is no {rule['type']}"]
        if value not in rule.get("enum", [value]):
            return [f"{key}: {value!r} is none of {rule['enum']}"]
        if "pattern" in rule and not re.search(rule["pattern"], value):
            return [f"{key}: {value!r} is not like {rule['pattern']}"]
        if rule.get("format") == "date-time-rfc-2822":
            assert parsedate_to_datetime(value).tzinfo is not None
        return []


@pytest.fixture
def description(shared_data: Path) -> Description:
    return Description(shared_data / "twilio" / "twilio_api_v2010.json")


@pytest.fixture
def rows(stage) -> dict[str, dict[str, Any]]:
    """One answer of each kind, from a caller in a conference."""
    stage.app.documents = {
        "answer": '<Response><Dial><Conference participantLabel="a">x</Conference></Dial></Response>'
    }
    stage.calls({"stays": True})
    stage.client.wait_for(lambda e: e["kind"] == "joined_conference")
    account = f"/2010-04-01/Accounts/{stage.rest.account_sid}"

    def first(path: str, kind: str) -> dict[str, Any]:
        answer = requests.get(stage.server.url + path, auth=(stage.rest.account_sid, "secret"), timeout=5)
        [row] = answer.json()[kind]
        return row

    conference = first(f"{account}/Conferences.json", "conferences")
    participants = conference["subresource_uris"]["participants"]
    return {
        "call": first(f"{account}/Calls.json", "calls"),
        "conference": conference,
        "conference.participant": first(participants, "participants"),
    }


@pytest.mark.parametrize("kind", ["call", "conference", "conference.participant"])
def test_an_answer_is_as_twilio_describes_it(description: Description, rows: dict[str, Any], kind: str) -> None:
    assert description.mistakes(f"api.v2010.account.{kind}", rows[kind]) == []


@pytest.fixture
def queue_rows(stage) -> dict[str, dict[str, Any]]:
    """One of each kind, from a caller who left a message and waits in a queue now."""
    stage.app.documents = {
        "answer": '<Response><Say>speak</Say><Record action="/wait" timeout="60"/></Response>',
        "wait": '<Response><Enqueue waitUrl="">support</Enqueue></Response>',
    }
    sid = stage.calls(
        {"waits_for": "speak"}, {"waits_seconds": 3}, {"says_text": "hello"}, {"presses": "#"}, {"stays": True}
    )
    stage.client.wait_for(lambda e: e["kind"] == "enqueued")
    account = f"/2010-04-01/Accounts/{stage.rest.account_sid}"

    def first(path: str, kind: str) -> dict[str, Any]:
        answer = requests.get(stage.server.url + path, auth=(stage.rest.account_sid, "secret"), timeout=5)
        [row] = answer.json()[kind]
        return row

    queue = first(f"{account}/Queues.json", "queues")
    return {
        "queue": queue,
        "queue.member": first(f"{account}/Queues/{queue['sid']}/Members.json", "queue_members"),
        "recording": first(f"{account}/Recordings.json", "recordings"),
        "call.call_recording": first(f"{account}/Calls/{sid}/Recordings.json", "recordings"),
    }


@pytest.mark.parametrize("kind", ["queue", "queue.member", "recording", "call.call_recording"])
def test_queues_and_recordings_are_as_twilio_describes_them(
    description: Description, queue_rows: dict[str, Any], kind: str
) -> None:
    assert description.mistakes(f"api.v2010.account.{kind}", queue_rows[kind]) == []


def test_the_comparison_finds_mistakes(description: Description, rows: dict[str, Any]) -> None:
    wrong = {**rows["call"], "sid": "CA1", "status": "gone", "duration": 3, "extra": 1}
    del wrong["uri"]

    assert [mistake.split()[0].rstrip(":") for mistake in description.mistakes("api.v2010.account.call", wrong)] == [
        "extra",
        "uri",
        "sid",
        "status",
        "duration",
    ]
