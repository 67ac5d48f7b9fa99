"""Where an utterance begins and ends: by the audio's own clock, in bounded memory."""

from collections.abc import Iterable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simulator.audio import encode
from speech.endpoint import LONGEST_UTTERANCE_SECONDS, Ended, Endpointer, Paused, SpeechEvent, Started, Sustained, Went
from speech.telephone import FRAME_BYTES, MULAW_SILENCE, RATE_HZ


def silence(seconds: float) -> bytes:
    return bytes([MULAW_SILENCE]) * int(seconds * RATE_HZ)


def voice(seconds: float, level: float = 0.2) -> bytes:
    at = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    return encode(level * np.sin(2 * np.pi * 500 * at))


def marks(events: Iterable[SpeechEvent]) -> list[type]:
    """All but the audio passing by."""
    return [type(event) for event in events if not isinstance(event, Went)]


def test_an_utterance_starts_is_sustained_pauses_and_ends() -> None:
    events = Endpointer().process(silence(1) + voice(1) + silence(1))

    assert marks(events) == [Started, Sustained, Paused, Ended]


def test_its_audio_holds_a_little_of_what_came_before_and_all_that_follows() -> None:
    events = list(Endpointer(0.6, 0.2).process(silence(1) + voice(1) + silence(1)))

    audio = b"".join(event.audio for event in events if isinstance(event, Started | Went))
    assert round(len(audio) / RATE_HZ, 2) == 2.04  # 0.24 before, 1.0 of voice, 0.8 of silence
    assert [round(e.speech_seconds, 2) for e in events if isinstance(e, Paused | Ended)] == [1.0, 1.0]


def test_a_knock_is_no_utterance() -> None:
    events = Endpointer().process(silence(1) + voice(0.08) + silence(1))

    assert [event for event in events if isinstance(event, Paused | Ended)] == [Ended(0.0)]


def test_a_cough_is_not_sustained() -> None:
    assert Sustained not in marks(Endpointer().process(silence(1) + voice(0.4) + silence(1)))


def test_where_a_yes_is_an_answer_less_is_sustained() -> None:
    endpointer = Endpointer()
    endpointer.sustained_seconds = 0.25

    assert Sustained in marks(endpointer.process(silence(1) + voice(0.3) + silence(1)))


def test_a_short_pause_does_not_cut_a_sentence() -> None:
    events = Endpointer(0.6).process(silence(1) + voice(0.5) + silence(0.4) + voice(0.5) + silence(1))

    assert marks(events) == [Started, Sustained, Paused, Ended]


def test_a_longer_pause_may_be_the_end_but_patience_waits_for_more() -> None:
    events = Endpointer(0.6, 0.2).process(silence(1) + voice(0.5) + silence(0.7) + voice(0.5) + silence(1))

    assert marks(events) == [Started, Sustained, Paused, Paused, Ended]


def test_a_yes_ends_sooner_than_a_sentence() -> None:
    events = Endpointer(0.3, 0.2).process(silence(1) + voice(0.5) + silence(0.55) + voice(0.5) + silence(1))

    assert marks(events) == [Started, Sustained, Paused, Ended] * 2


def test_somebody_understood_before_the_end_begins_anew() -> None:
    endpointer = Endpointer()
    list(endpointer.process(silence(1) + voice(1) + silence(0.6)))

    endpointer.restart()

    assert marks(endpointer.process(silence(0.1) + voice(0.5))) == [Started, Sustained]


def test_somebody_who_never_stops_is_cut_in_bounded_memory() -> None:
    audio, longest = 0, 0
    for event in Endpointer().process(silence(1) + voice(60) + silence(1)):
        match event:
            case Started(piece):
                audio = len(piece)
            case Went(piece):
                audio += len(piece)
                longest = max(longest, audio)

    assert longest <= LONGEST_UTTERANCE_SECONDS * RATE_HZ + FRAME_BYTES


def test_steady_noise_of_the_line_is_not_speech() -> None:
    hum = encode(np.random.default_rng(0).normal(0, 0.003, RATE_HZ * 10))

    assert Started not in marks(Endpointer().process(hum))


@given(cuts=st.lists(st.integers(1, 2000), max_size=30))
def test_how_the_bytes_are_cut_does_not_matter(cuts: list[int]) -> None:
    line = silence(0.5) + voice(0.5) + silence(1)
    whole = list(Endpointer().process(line))
    endpointer, events, at = Endpointer(), [], 0

    for cut in cuts:
        events += endpointer.process(line[at : at + cut])
        at += cut
    events += endpointer.process(line[at:])

    assert events == whole
