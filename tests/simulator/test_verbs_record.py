"""Record: when it ends, what is told, and what is really on the recording."""

import base64
import io
import wave

import numpy as np
import pytest
import requests
from sounds import tone
from twilio.base.exceptions import TwilioRestException

TONE_SECONDS = 4


DONE = {"presses": "#"}


def recording(attributes: str = 'timeout="60"', after: str = "<Say>nothing was said</Say>") -> dict[str, str]:
    return {
        "answer": f'<Response><Say>speak</Say><Record action="/done" {attributes}/>{after}</Response>',
        "done": "<Response><Say>thank you</Say></Response>",
        "kept": "<Response/>",
    }


def says(seconds: float = TONE_SECONDS, hertz: int = 1000) -> dict[str, str]:
    return {"says_base64": base64.b64encode(tone(seconds, hertz)).decode(), "label": "tone"}


def speaks(stage, *steps: dict[str, object]) -> str:
    sid = stage.calls({"waits_for": "speak"}, {"waits_seconds": 3}, *steps)
    stage.ends(sid)
    return sid


def sound_of(address: str) -> tuple[np.ndarray, int]:
    with wave.open(io.BytesIO(requests.get(address, timeout=5).content)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2") / 32768, file.getframerate()


def told(stage, path: str, *names: str) -> list[tuple[str | None, ...]]:
    return [tuple(parameters.get(name) for name in names) for parameters in stage.app.asked(path)]


def test_what_the_person_says_is_on_the_recording(stage) -> None:
    stage.app.documents = recording()

    speaks(stage, says(hertz=1000), DONE)

    [(url, seconds)] = told(stage, "done", "RecordingUrl", "RecordingDuration")
    samples, rate = sound_of(f"{url}.wav")
    loudest_hertz = float(np.argmax(np.abs(np.fft.rfft(samples)))) * rate / len(samples)
    assert (rate, round(len(samples) / rate), seconds) == (8000, TONE_SECONDS, str(TONE_SECONDS))
    assert round(loudest_hertz, -1) == 1000
    assert np.array_equal(sound_of(str(url))[0], samples)  # Without .wav it is the same.


def test_silence_stays_where_it_is_not_trimmed(stage) -> None:
    stage.app.documents = recording('trim="do-not-trim" timeout="60"')

    speaks(stage, {"waits_seconds": 5}, says(), {"waits_seconds": 10}, DONE)

    [(seconds,)] = told(stage, "done", "RecordingDuration")
    # Seven seconds or so before the four-second tone, ten after it.
    assert 19 <= float(seconds or 0) <= 30


def test_silence_ends_a_recording_after_its_timeout(make_stage) -> None:
    stage = make_stage(speed=8.0)
    stage.app.documents = recording('timeout="4"')

    speaks(stage, says(2), {"waits_seconds": 1}, says(2), {"waits_seconds": 12}, says(2))

    [(seconds,)] = told(stage, "done", "RecordingDuration")
    assert 5 <= float(seconds or 0) <= 8


def test_any_key_ends_a_recording_by_default_and_is_told(stage) -> None:
    stage.app.documents = recording()

    speaks(stage, says(), {"presses": "5"})

    assert told(stage, "done", "Digits") == [("5",)]


def test_only_a_finishing_key_ends_a_recording(stage) -> None:
    stage.app.documents = recording('finishOnKey="#" timeout="60"')

    speaks(stage, says(2), {"presses": "5"}, says(2), {"presses": "#"})

    [(digits, seconds)] = told(stage, "done", "Digits", "RecordingDuration")
    assert (digits, float(seconds or 0) >= 4) == ("#", True)


def test_the_longest_time_ends_a_recording(stage) -> None:
    stage.app.documents = recording('maxLength="20" timeout="60"')

    speaks(stage, {"says_text": "word " * 300})

    [(seconds,)] = told(stage, "done", "RecordingDuration")
    assert 5 <= float(seconds or 0) <= 20


def test_an_empty_recording_is_not_told_and_the_document_goes_on(stage) -> None:
    stage.app.documents = recording('timeout="4"')

    sid = speaks(stage, {"stays": True})

    assert stage.client.look(sid)["heard"] == ["speak", "nothing was said"]
    assert stage.app.asked("done") == []
    assert [r.status for r in stage.rest.recordings.list()] == ["absent"]


def test_what_comes_after_a_recording_is_not_reached(stage) -> None:
    stage.app.documents = recording()

    sid = speaks(stage, says(), DONE)

    assert stage.client.look(sid)["heard"] == ["speak", "thank you"]


def test_without_an_action_the_current_document_is_asked_again(stage) -> None:
    documents = iter(["<Response><Say>speak</Say><Record timeout='60'/></Response>", "<Response/>"])
    stage.app.documents = {"answer": lambda _: next(documents)}

    speaks(stage, says(), DONE)

    assert [sid is not None for (sid,) in told(stage, "answer", "RecordingSid")] == [False, True]


def test_who_hangs_up_ends_a_recording_and_it_is_kept(stage) -> None:
    stage.app.documents = recording()

    sid = speaks(stage, says(), {"hangs_up": True})
    stage.client.wait_for(lambda e: e["kind"] == "webhook" and e["url"].endswith("/done"))

    assert told(stage, "done", "Digits", "CallStatus") == [("hangup", "completed")]
    assert stage.client.look(sid)["heard"] == ["speak"]


def test_a_call_moved_while_it_records_keeps_what_was_said_and_the_action_is_not_asked(stage) -> None:
    stage.app.documents = recording() | {"now": "<Response><Say>moved</Say></Response>"}
    sid = stage.calls({"waits_for": "speak"}, {"waits_seconds": 3}, {"says_text": "word " * 300}, {"stays": True})
    stage.client.wait_for(lambda e: e["kind"] == "said_by_person")

    stage.rest.calls(sid).update(url=f"{stage.app.url}/now", method="POST")

    stage.ends(sid)
    assert (stage.client.look(sid)["heard"], stage.app.asked("done")) == (["speak", "moved"], [])
    assert [r.status for r in stage.rest.recordings.list()] == ["completed"]


def test_a_beep_is_heard_unless_it_is_switched_off(stage) -> None:
    stage.app.documents = recording('timeout="1"')
    with_beep = speaks(stage)
    stage.app.documents = recording('timeout="1" playBeep="false"')

    without = speaks(stage)

    assert ["beep" in stage.kinds(sid) for sid in (with_beep, without)] == [True, False]


def test_words_without_a_voice_are_silence_of_their_length(stage) -> None:
    stage.app.documents = recording()

    speaks(stage, {"says_text": "a sentence of some length, said without a voice"}, DONE)

    [(url, seconds)] = told(stage, "done", "RecordingUrl", "RecordingDuration")
    assert (float(np.abs(sound_of(str(url))[0]).max()), float(seconds or 0) >= 2) == (0.0, True)


def test_the_status_callback_of_a_recording_tells_what_it_was_asked_to(stage) -> None:
    wanted = 'recordingStatusCallback="/kept" recordingStatusCallbackEvent="in-progress completed absent"'
    stage.app.documents = recording(f'{wanted} timeout="20"')

    speaks(stage, says(), DONE)
    speaks(stage, {"stays": True})
    stage.client.wait_for(lambda _: len(stage.app.asked("kept")) >= 4)

    names = ("RecordingStatus", "RecordingSource", "RecordingChannels")
    assert sorted(told(stage, "kept", *names)) == sorted(
        [(status, "RecordVerb", "1") for status in ("in-progress", "completed", "in-progress", "absent")]
    )


# REST


def test_recordings_are_listed_fetched_and_deleted(stage) -> None:
    stage.app.documents = recording()
    first, second = speaks(stage, says(), DONE), speaks(stage, says(), DONE)
    [of_second, of_first] = stage.rest.recordings.list()

    found = stage.rest.recordings(of_first.sid).fetch()

    assert [of_first.call_sid, of_second.call_sid] == [first, second]
    assert (found.duration, found.status, found.source) == (str(TONE_SECONDS), "completed", "RecordVerb")
    assert [r.sid for r in stage.rest.recordings.list(call_sid=second)] == [of_second.sid]
    assert [r.sid for r in stage.rest.calls(second).recordings.list()] == [of_second.sid]
    assert stage.rest.calls(second).recordings(of_second.sid).fetch().track == "inbound"

    assert stage.rest.recordings(of_first.sid).delete()

    assert [r.sid for r in stage.rest.recordings.list()] == [of_second.sid]
    assert requests.get(found.media_url, timeout=5).status_code == 404


def test_a_recording_that_nobody_made_is_not_found(stage) -> None:
    with pytest.raises(TwilioRestException) as refused:
        stage.rest.recordings("RE" + "0" * 32).fetch()

    assert (refused.value.status, refused.value.code) == (404, 20404)
