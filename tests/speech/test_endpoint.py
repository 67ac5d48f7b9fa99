"""Where an utterance begins and ends: by the audio's own clock, in bounded memory."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simulator.audio import encode
from speech.endpoint import LONGEST_UTTERANCE_SECONDS, Ended, Endpointer, SpeechEvent, Started, Sustained
from speech.telephone import FRAME_BYTES, MULAW_SILENCE, RATE_HZ


def silence(seconds: float) -> bytes:
    return bytes([MULAW_SILENCE]) * int(seconds * RATE_HZ)


def voice(seconds: float, level: float = 0.2) -> bytes:
    at = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    return encode(level * np.sin(2 * np.pi * 500 * at))


def kinds(events: list[SpeechEvent]) -> list[type]:
    return [type(event) for event in events]


def test_an_utterance_starts_is_sustained_and_ends() -> None:
    events = Endpointer().process(silence(1) + voice(1) + silence(1))

    assert kinds(events) == [Started, Sustained, Ended]


def test_its_audio_holds_a_little_of_what_came_before() -> None:
    [*_rest, ended] = Endpointer(0.6).process(silence(1) + voice(1) + silence(1))

    assert isinstance(ended, Ended)
    assert round(ended.speech_seconds, 2) == 1.0
    assert round(len(ended.audio) / RATE_HZ, 1) == 1.8  # 0.2 before, 1.0 of voice, 0.6 of silence


def test_a_knock_is_no_utterance() -> None:
    assert Ended not in kinds(Endpointer().process(silence(1) + voice(0.08) + silence(1)))


def test_a_cough_is_not_sustained() -> None:
    assert Sustained not in kinds(Endpointer().process(silence(1) + voice(0.2) + silence(1)))


def test_a_short_pause_does_not_cut_a_sentence() -> None:
    events = Endpointer(0.6).process(silence(1) + voice(0.5) + silence(0.4) + voice(0.5) + silence(1))

    assert kinds(events).count(Ended) == 1


def test_a_yes_ends_sooner_than_a_sentence() -> None:
    events = Endpointer(0.3).process(silence(1) + voice(0.5) + silence(0.4) + voice(0.5) + silence(1))

    assert kinds(events).count(Ended) == 2


def test_somebody_who_never_stops_is_cut_in_bounded_memory() -> None:
    ends = [event for event in Endpointer().process(silence(1) + voice(60) + silence(1)) if isinstance(event, Ended)]

    assert max(len(end.audio) for end in ends) <= LONGEST_UTTERANCE_SECONDS * RATE_HZ + FRAME_BYTES


def test_steady_noise_of_the_line_is_not_speech() -> None:
    hum = encode(np.random.default_rng(0).normal(0, 0.003, RATE_HZ * 10))

    assert Ended not in kinds(Endpointer().process(hum))


@given(cuts=st.lists(st.integers(1, 2000), max_size=30))
def test_how_the_bytes_are_cut_does_not_matter(cuts: list[int]) -> None:
    line = silence(0.5) + voice(0.5) + silence(1)
    whole = Endpointer().process(line)
    endpointer, events, at = Endpointer(), [], 0

    for cut in cuts:
        events += endpointer.process(line[at : at + cut])
        at += cut
    events += endpointer.process(line[at:])

    assert events == whole
