"""The quality of a line, frame by frame."""

import base64

import numpy as np
import pytest
from test_network_media import Ear, recording, streaming
from test_network_media import ear as ear

from simulator.audio import FRAME_BYTES, SILENCE, decode, encode, encode_frames, telephone_sound
from simulator.line import SPEECH_LEVEL, BadLine, Line, line_of, speech_level

SECOND = 50
TONE = encode(0.05 * np.sin(2 * np.pi * 1000 * np.arange(FRAME_BYTES) / 8000))


def level_db(frames: list[bytes]) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(decode(b"".join(frames)) ** 2))))


def test_the_default_line_changes_nothing() -> None:
    line = Line()

    assert [line.mix(n, TONE, TONE) for n in range(3)] == [TONE] * 3
    assert not any(line.loses(n) or line.holds_up_seconds(n) for n in range(SECOND))


@pytest.mark.parametrize("snr_db", [5, 20])
def test_noise_lies_so_far_below_the_speech(snr_db: int) -> None:
    line = Line(noise_snr_db=snr_db)
    speech = line.levelled(0.5 * np.sin(2 * np.pi * 1000 * np.arange(8000) / 8000))

    noise = [line.mix(number, SILENCE, None) for number in range(5 * SECOND)]

    assert 20 * np.log10(speech_level(speech)) - level_db(noise) == pytest.approx(snr_db, abs=0.5)


def test_speech_is_levelled_only_for_the_sake_of_an_snr() -> None:
    loud = 0.5 * np.sin(np.arange(8000))

    assert speech_level(Line(noise_snr_db=10).levelled(loud)) == pytest.approx(SPEECH_LEVEL)
    assert Line().levelled(loud) is loud


def test_an_echo_is_so_much_quieter_than_the_prompt() -> None:
    echoed = [Line(echo_db=12).mix(number, SILENCE, TONE) for number in range(SECOND)]

    assert level_db([TONE] * SECOND) - level_db(echoed) == pytest.approx(12, abs=0.5)


def test_frames_are_lost_and_late_at_the_rate_asked_for_and_the_same_ones_each_time() -> None:
    line, frames = Line(lost=0.1, late=0.05, late_ms=100, seed=7), range(4000)

    lost = [number for number in frames if line.loses(number)]
    late = [number for number in frames if line.holds_up_seconds(number) == 0.1]

    assert (len(lost) / 4000, len(late) / 4000) == (pytest.approx(0.1, abs=0.02), pytest.approx(0.05, abs=0.02))
    assert lost == [number for number in frames if Line(lost=0.1, seed=7).loses(number)]
    assert lost != [number for number in frames if Line(lost=0.1, seed=8).loses(number)]


def test_a_narrower_band_takes_away_what_lies_outside() -> None:
    at = np.arange(16_000) / 16_000
    high = 0.3 * np.sin(2 * np.pi * 3000 * at)

    wide, narrow = (np.std(telephone_sound(high, 16_000, band)) for band in ((300, 3400), (300, 2000)))

    assert narrow < 0.1 * wide


def test_mu_law_there_and_back_is_the_same() -> None:
    codes = bytes(code for code in range(256) if code != 0x7F)  # Minus zero comes back as plus zero.

    assert encode(decode(codes)) == codes
    assert encode_frames(np.zeros(1)) == SILENCE


@pytest.mark.parametrize(
    ("about", "message"),
    [
        ({"noise": 5}, "noise: A line has band_hz"),
        ({"lost": 1.5}, "lost 1.5: a share from 0 to 1 is expected"),
        ({"echo_ms": -1}, "echo_ms -1: it can't be negative"),
        ({"band_hz": [3000, 300]}, "0 ≤ low < high ≤ 4000 is expected"),
        ({"band_hz": 3}, "A line has band_hz"),
        ({"noise_snr_db": "loud"}, "noise_snr_db 'loud': a number is expected"),
    ],
)
def test_a_line_that_is_none_is_refused_by_name(about: dict, message: str) -> None:
    with pytest.raises(BadLine) as refused:
        line_of(about)

    assert message in str(refused.value)


# On a media stream


def payloads(ear: Ear) -> list[bytes]:
    return [base64.b64decode(m["media"]["payload"]) for m in ear.messages if m["event"] == "media"]


def chunks(ear: Ear) -> list[int]:
    return [int(m["media"]["chunk"]) for m in ear.messages if m["event"] == "media"]


def test_the_prompt_comes_back_on_a_stream(stage, ear: Ear) -> None:
    stage.app.documents = {"answer": streaming(ear.url)}

    stage.client.call("+821012345678", line={"echo_db": 10, "echo_ms": 100})
    assert ear.closed.wait(10)

    # The murmur of the prompt, a tenth of a second late.
    sounding = [number for number, payload in enumerate(payloads(ear)) if np.std(decode(payload)) > 0.001]
    assert sounding and sounding[0] >= 5


def test_a_stream_is_noisy_and_lossy_where_the_line_is(stage, ear: Ear, tmp_path) -> None:
    stage.app.documents = {"answer": streaming(ear.url)}
    steps = [{"waits_for": "말씀"}, {"says": str(recording(tmp_path / "tone.wav"))}]

    line = {"noise_snr_db": 10, "lost": 0.2, "late": 0.01, "late_ms": 40, "seed": 3}
    stage.client.call("+821012345678", line=line, steps=steps)
    assert ear.closed.wait(10)

    came = chunks(ear)
    missing = set(range(1, came[-1] + 1)) - set(came)
    assert came == sorted(came)
    assert missing == {number + 1 for number in range(came[-1]) if Line(lost=0.2, seed=3).loses(number)}
    assert SILENCE not in payloads(ear)
