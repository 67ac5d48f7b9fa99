"""The network's own recogniser: a Gather that listens for words."""

from collections.abc import Callable
from typing import Any

import pytest

PROMPT = "무엇을 도와드릴까요? 필요하신 일을 한 문장으로 말씀해 주세요."


def listening(**attributes: str) -> dict[str, Any]:
    """An application that asks with one Gather, and repeats what it is told."""
    given = {"input": "dtmf speech", "action": "/heard", "language": "ko-KR", "speechTimeout": "auto", **attributes}
    written = " ".join(f'{name}="{value}"' for name, value in given.items())
    return {
        "answer": f"<Response><Gather {written}><Say>{PROMPT}</Say></Gather><Say>없음</Say></Response>",
        "heard": lambda p: f"<Response><Say>{p.get('SpeechResult') or p.get('Digits')}</Say></Response>",
    }


def told(stage, *names: str) -> list[dict[str, str]]:
    """What the webhook said, of these."""
    return [{name: p[name] for name in names if name in p} for p in stage.app.asked("heard")]


def test_what_a_person_says_is_told_as_text(stage) -> None:
    stage.app.documents = listening()

    sid = stage.calls({"waits_for": "무엇을"}, {"says_text": "배송 조회해 주세요"})

    assert stage.ends(sid) == "completed"
    assert told(stage, "SpeechResult", "Confidence", "Digits") == [
        {"SpeechResult": "배송 조회해 주세요", "Confidence": "0.7"}
    ]
    assert stage.client.look(sid)["heard"] == [PROMPT, "배송 조회해 주세요"]


def test_hinted_words_are_surer(stage) -> None:
    stage.app.documents = listening(hints="환불 신청, 배송 조회")

    stage.ends(stage.calls({"waits_for": "무엇을"}, {"says_text": "배송 조회"}))

    assert told(stage, "Confidence") == [{"Confidence": "0.9"}]


@pytest.mark.parametrize(
    ("step", "confidence"),
    [({"confidence": 0.31}, [{"Confidence": "0.31"}]), ({"confidence": None}, [{}])],
)
def test_the_confidence_can_be_given_or_left_out(stage, step: dict[str, Any], confidence: list[dict[str, str]]) -> None:
    stage.app.documents = listening()

    stage.ends(stage.calls({"waits_for": "무엇을"}, {"says_text": "환불", **step}))

    assert told(stage, "Confidence") == confidence


def test_speech_stops_the_prompt(make_stage: Callable) -> None:
    stage = make_stage(speed=10.0)
    documents = listening()
    stage.app.documents = {**documents, "answer": documents["answer"].replace("<Say>무", '<Say loop="9">무')}

    sid = stage.calls({"waits_for": "무엇을"}, {"says_text": "환불"})
    stage.ends(sid)

    # The prompts take 45 seconds; the word and a second of silence, two.
    assert _seconds_between(stage, sid, "said_by_app", "recognised") < 30


def test_speech_waits_for_the_prompt_where_barge_in_is_off(make_stage: Callable) -> None:
    stage = make_stage(speed=10.0)
    stage.app.documents = listening(bargeIn="false")

    sid = stage.calls({"waits_for": "무엇을"}, {"says_text": "환불"})
    stage.ends(sid)

    assert told(stage, "SpeechResult") == [{"SpeechResult": "환불"}]
    assert _seconds_between(stage, sid, "said_by_app", "recognised") > 4.0


def test_a_short_pause_does_not_end_what_is_said(stage) -> None:
    stage.app.documents = listening(speechTimeout="3")
    steps = [{"says_text": "배송이"}, {"waits_seconds": 1}, {"says_text": "안 와요"}]

    stage.ends(stage.calls({"waits_for": "무엇을"}, *steps))

    assert told(stage, "SpeechResult") == [{"SpeechResult": "배송이 안 와요"}]


def test_a_long_pause_does(stage) -> None:
    stage.app.documents = listening(speechTimeout="1")
    steps = [{"says_text": "배송이"}, {"waits_seconds": 6}, {"says_text": "안 와요"}]

    stage.ends(stage.calls({"waits_for": "무엇을"}, *steps))

    assert told(stage, "SpeechResult") == [{"SpeechResult": "배송이"}]


def test_without_speech_timeout_the_timeout_ends_what_is_said(make_stage: Callable) -> None:
    stage = make_stage(speed=10.0)
    documents = listening(timeout="4")
    documents["answer"] = documents["answer"].replace('speechTimeout="auto" ', "")
    stage.app.documents = documents

    sid = stage.calls({"waits_for": "무엇을"}, {"says_text": "환불"})
    stage.ends(sid)

    assert _seconds_between(stage, sid, "said_by_person", "recognised") > 4.0


def test_words_in_another_language_are_not_understood(stage) -> None:
    stage.app.documents = listening()

    sid = stage.calls({"waits_for": "무엇을"}, {"says_text": "I want a refund", "language": "en-US"})

    stage.ends(sid)
    assert told(stage, "SpeechResult") == []
    assert stage.client.look(sid)["heard"] == [PROMPT, "없음"]


def test_an_empty_result_is_told_where_it_is_asked_for(stage) -> None:
    stage.app.documents = listening(actionOnEmptyResult="true", timeout="1")

    stage.ends(stage.calls())

    assert told(stage, "SpeechResult", "Confidence") == [{"SpeechResult": ""}]


def test_silence_falls_through(stage) -> None:
    stage.app.documents = listening(timeout="1")

    sid = stage.calls()

    stage.ends(sid)
    assert stage.client.look(sid)["heard"] == [PROMPT, "없음"]


def test_the_kind_that_comes_first_wins(stage) -> None:
    stage.app.documents = listening(numDigits="1", finishOnKey="")

    stage.ends(stage.calls({"waits_for": "무엇을"}, {"presses": "2"}, {"says_text": "환불"}))

    assert told(stage, "Digits", "SpeechResult") == [{"Digits": "2"}]


def test_keys_do_nothing_where_only_speech_is_listened_for(stage) -> None:
    stage.app.documents = listening(input="speech")

    stage.ends(stage.calls({"waits_for": "무엇을"}, {"presses": "2"}, {"says_text": "환불"}))

    assert told(stage, "Digits", "SpeechResult") == [{"SpeechResult": "환불"}]


def test_speech_does_nothing_where_only_keys_are_listened_for(stage) -> None:
    stage.app.documents = listening(input="dtmf", timeout="1")

    stage.ends(stage.calls({"waits_for": "무엇을"}, {"says_text": "환불"}))

    assert told(stage, "Digits", "SpeechResult") == []


def _seconds_between(stage, sid: str, one: str, other: str) -> float:
    """In the network's time."""
    at = {event["kind"]: event["seconds"] for event in reversed(stage.client.events()) if event.get("call") == sid}
    return float(at[other] - at[one]) * stage.server.network.config.speed
