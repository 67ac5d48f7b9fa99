"""Each call written down: what was said on both sides, and how it sounded."""

import io
import json
import shutil
import wave

import numpy as np
import pytest
import requests
from test_network_media import recording

from simulator.audio import decode
from simulator.transcript import KOREAN, WORDS, problems_of, readable, told
from simulator.voice import NoVoice, murmur, voice_named

MENU = """<Response>
  <Gather numDigits="1" action="/chosen"><Say>Press 1 for sales.</Say></Gather>
</Response>"""


def channels(content: bytes) -> tuple[np.ndarray, np.ndarray]:
    with wave.open(io.BytesIO(content)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (2, 8000, 2)
        both = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2) / 32768
    return both[:, 0], both[:, 1]


def sounds_at(samples: np.ndarray) -> list[int]:
    """Tenths of a second in which there is sound."""
    tenths = samples[: len(samples) // 800 * 800].reshape(-1, 800)
    return [number for number, tenth in enumerate(tenths) if np.sqrt(np.mean(tenth**2)) > 0.005]


def in_order(text: str) -> list[str]:
    """A transcript without its times."""
    return [line[11:].strip() for line in text.splitlines()]


def test_a_transcript_tells_both_sides_and_what_was_asked(stage) -> None:
    stage.app.documents = {"answer": MENU, "chosen": "<Response><Say>Sales is closed.</Say><Reject/></Response>"}
    stage.app.documents["status"] = ""

    sid = stage.client.play(
        "+821012345678", name="Alice", steps=[{"waits_for": "Press 1"}, "hears_out", {"presses": "1"}]
    )

    lines = in_order(stage.client.transcript(sid))
    webhook = [line.split("  ")[0] for line in lines if line.startswith("→")]
    assert [line for line in lines if not line.startswith("→")] == [
        "Alice phones +82215550100",
        "Alice: answered",
        "Alice hears: “Press 1 for sales.”",
        "Alice presses 1",
        "Alice hears: “Sales is closed.”",
        "Alice: call ended (completed)",
    ]
    assert webhook[:2] == ["→ /answer", "→ /chosen"]
    assert "200, " in stage.client.transcript(sid)


def test_what_has_no_words_of_its_own_is_told_by_its_facts() -> None:
    event = {"n": 1, "seconds": 2.0, "kind": "pigeon_sent", "call": "CA1", "name": "Alice", "colour": "grey"}

    assert told(event) == "Alice: pigeon sent (colour grey)"
    assert readable([event]) == "    0.0 s  Alice: pigeon sent (colour grey)\n"


def test_problems_are_scripts_that_failed_and_errors_of_the_application() -> None:
    events = [
        {"kind": "script_ended", "name": "Alice", "problem": None},
        {"kind": "script_ended", "name": "Bob", "problem": "waited in vain"},
        {"kind": "error", "code": 11200, "message": "HTTP 500"},
    ]

    assert problems_of(events) == ["Bob: waited in vain", "error 11200: HTTP 500"]


def test_recorded_calls_leave_json_lines_a_text_and_both_sides_as_sound(make_stage, tmp_path) -> None:
    stage = make_stage(speed=10.0, record_folder=tmp_path / "calls")
    stage.app.documents = {"answer": '<Response><Say>Press 1 for sales.</Say><Pause length="3"/></Response>'}
    file = recording(tmp_path / "tone.wav", seconds=1)

    sid = stage.client.play("+821012345678", steps=[{"waits_for": "Press"}, "hears_out", {"says": str(file)}])
    stage.server.network.close()

    folder = tmp_path / "calls"
    assert sorted(path.name for path in folder.iterdir()) == [f"{sid}.jsonl", f"{sid}.txt", f"{sid}.wav"]
    events = [json.loads(line) for line in (folder / f"{sid}.jsonl").read_text().splitlines()]
    assert {event["call"] for event in events} == {sid}
    assert "hears: “Press 1 for sales.”" in (folder / f"{sid}.txt").read_text()
    person, application = channels((folder / f"{sid}.wav").read_bytes())
    spoke, told_them = sounds_at(person), sounds_at(application)
    assert len(spoke) == pytest.approx(10, abs=2)
    # They hear the prompt out before they speak, and nothing of one side is on the other.
    assert min(spoke) >= max(told_them) - 1


def test_recording_is_begun_and_ended_on_demand(stage, tmp_path) -> None:
    stage.app.documents = {"answer": "<Response><Say>Hello.</Say></Response>"}
    url = f"{stage.server.url}/simulator/calls"

    stage.client.record(str(tmp_path))
    recorded = stage.client.play("+821012345678", steps=["stays"])
    stage.client.record(None)
    other = stage.client.play("+821012345678", steps=["stays"])

    assert sounds_at(channels(requests.get(f"{url}/{recorded}/recording.wav", timeout=5).content)[1]) != []
    assert requests.get(f"{url}/{other}/recording.wav", timeout=5).status_code == 400
    stage.server.network.close()  # Files are written beside the calls: all are there when it closes.
    assert (tmp_path / f"{recorded}.txt").exists()
    assert not (tmp_path / f"{other}.txt").exists()


def test_the_events_of_one_call_can_be_had_as_json_lines(stage) -> None:
    stage.app.documents = {"answer": "<Response/>"}
    sid = stage.client.play("+821012345678", steps=["stays"])

    lines = requests.get(f"{stage.server.url}/simulator/calls/{sid}/events", timeout=5).text.splitlines()

    assert [json.loads(line)["kind"] for line in lines][:4] == ["dialled", "webhook", "twiml", "answered"]


def test_a_murmur_is_as_long_as_asked_for_and_the_same_each_time() -> None:
    assert len(murmur(1.5)) == 12_000
    assert murmur(1.5, 3) == murmur(1.5, 3) != murmur(1.5, 4)
    assert float(np.sqrt(np.mean(decode(murmur(2.0)) ** 2))) == pytest.approx(0.05, abs=0.01)


def test_an_unknown_voice_is_refused_by_name() -> None:
    with pytest.raises(NoVoice, match="sing: The voice is `none`, or `espeak-ng`"):
        voice_named("sing")


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="needs espeak-ng")
def test_espeak_ng_speaks_written_words_where_it_is_installed(make_stage, tmp_path) -> None:
    stage = make_stage(speed=10.0, voice="espeak-ng", record_folder=tmp_path)
    stage.app.documents = {"answer": '<Response><Say language="ko-KR">안녕하세요</Say><Pause length="90"/></Response>'}
    steps = [{"waits_for": "안녕"}, "hears_out", {"says_text": "배송 조회"}, "hangs_up"]

    sid = stage.client.play("+821012345678", steps=steps)

    person, application = channels(
        requests.get(f"{stage.server.url}/simulator/calls/{sid}/recording.wav", timeout=5).content
    )
    assert len(sounds_at(person)) > 3
    assert len(sounds_at(application)) > 3


def test_a_call_is_told_in_korean_too() -> None:
    heard = {"kind": "said_by_app", "name": "고객", "text": "무엇을 도와드릴까요?"}
    unknown = {"kind": "something_new", "name": "고객", "fact": 1}

    assert told(heard, "ko") == "   고객 들음: “무엇을 도와드릴까요?”"
    assert told(unknown, "ko") == told(unknown) == "고객: something new (fact 1)"
    # What is left out there is never shown by `barocall call`.
    assert WORDS.keys() - KOREAN.keys() == {"recognised", "webhook"}
