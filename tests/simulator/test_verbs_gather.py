"""Gather: the rules about keys, and what it falls through to."""

import pytest


def asking(attributes: str, prompt: str = "<Say>press</Say>") -> dict[str, str]:
    return {
        "answer": f"<Response><Gather {attributes}>{prompt}</Gather><Say>nothing</Say></Response>",
        "key": "<Response/>",
    }


def told(stage) -> list[str]:
    return [parameters["Digits"] for parameters in stage.app.asked("key")]


def presses(stage, keys: str) -> str:
    sid = stage.calls({"waits_for": "press"}, {"presses": keys})
    stage.ends(sid)
    return sid


@pytest.mark.parametrize(
    ("attributes", "keys", "digits"),
    [
        # The finishing key is not among the digits.
        ('action="/key"', "12#", ["12"]),
        # Alone it is no input …
        ('action="/key" timeout="1"', "#", []),
        # … and where that is told too, it is empty.
        ('action="/key" timeout="1" actionOnEmptyResult="true"', "#", [""]),
        # Without a finishing key # and * are keys like any other.
        ('action="/key" finishOnKey="" numDigits="1"', "#", ["#"]),
        ('action="/key" finishOnKey="" numDigits="2"', "*#", ["*#"]),
        # Any of several may finish.
        ('action="/key" finishOnKey="*9"', "129", ["12"]),
        # No more than were asked for.
        ('action="/key" numDigits="3"', "12345", ["123"]),
        # Silence ends the rest.
        ('action="/key" timeout="1"', "12", ["12"]),
    ],
)
def test_a_finishing_key_ends_the_digits_and_is_none_of_them(
    stage, attributes: str, keys: str, digits: list[str]
) -> None:
    stage.app.documents = asking(attributes)

    presses(stage, keys)

    assert told(stage) == digits


def test_no_input_falls_through_to_the_next_verb(stage) -> None:
    stage.app.documents = asking('action="/key" timeout="1"')

    sid = presses(stage, "#")

    assert stage.client.look(sid)["heard"] == ["press", "nothing"]


def test_action_on_empty_result_asks_the_action_for_silence_too(stage) -> None:
    stage.app.documents = asking('action="/key" timeout="1" actionOnEmptyResult="true"')

    sid = stage.calls()
    stage.ends(sid)

    assert told(stage) == [""]
    assert stage.client.look(sid)["heard"] == ["press"]


def test_without_an_action_the_current_document_is_asked_again(stage) -> None:
    answers = iter(["<Response><Gather numDigits='1'><Say>press</Say></Gather></Response>", "<Response/>"])
    stage.app.documents = {"answer": lambda _: next(answers)}

    presses(stage, "4")

    assert [parameters.get("Digits") for parameters in stage.app.asked("answer")] == [None, "4"]


def test_an_action_is_asked_by_get_where_it_says_so(stage) -> None:
    stage.app.documents = asking('action="/key" method="GET" numDigits="1"')

    presses(stage, "4")

    # By GET nothing is in the form: the parameters are in the address.
    assert stage.app.asked("key") == [{}]


def test_a_digit_stops_the_nested_prompt(stage) -> None:
    stage.app.documents = asking('action="/key" numDigits="1"', '<Say loop="50">press</Say><Say>never heard</Say>')

    sid = presses(stage, "1")

    heard = stage.client.look(sid)["heard"]
    assert (told(stage), "never heard" in heard, len(heard) < 20) == (["1"], False, True)


# Words


def test_speech_that_came_first_ignores_the_finishing_key(stage) -> None:
    stage.app.documents = asking('action="/key" input="dtmf speech" speechTimeout="3"')

    sid = stage.calls({"waits_for": "press"}, {"says_text": "refund"}, {"presses": "#"}, {"says_text": "please"})
    stage.ends(sid)

    assert [p["SpeechResult"] for p in stage.app.asked("key")] == ["refund please"]


def test_speech_lasts_at_most_as_long_as_it_may(stage) -> None:
    stage.app.documents = asking('action="/key" input="speech" speechTimeout="1" maxSpeechTime="5"')
    began = len(stage.client.events())

    stage.ends(stage.calls({"waits_for": "press"}, {"says_text": "word " * 300}))

    at = {e["kind"]: e["seconds"] for e in stage.client.events()[began:]}
    lasted = (at["recognised"] - at["said_by_person"]) * stage.server.network.config.speed
    assert 5 <= lasted < 20


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ('speechTimeout="auto" speechModel="default"', 13335),
        ('speechTimeout="auto" speechModel="phone_call"', 13335),
        ('enhanced="true"', 12200),
        ('enhanced="true" speechModel="default"', 12200),
    ],
)
def test_auto_must_not_be_used_with_a_speech_model_and_enhanced_only_with_phone_call(
    stage, attributes: str, code: int
) -> None:
    stage.app.documents = asking(f'action="/key" input="speech" {attributes}')

    stage.ends(stage.calls())

    assert stage.client.wait_for(lambda e: e["kind"] == "error")["code"] == code


def test_a_speech_model_goes_with_a_number_of_seconds(stage) -> None:
    stage.app.documents = asking('action="/key" input="speech" speechTimeout="1" speechModel="phone_call"')

    stage.ends(stage.calls({"waits_for": "press"}, {"says_text": "refund"}))

    assert [p["SpeechResult"] for p in stage.app.asked("key")] == ["refund"]
