"""`barocall speech bench`: how well recordings of which the intent is known are heard, through the live path."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from command.examples import FILE, NONE_OF_THEM, read_pairs

if TYPE_CHECKING:
    from ivr.trial import Tried
    from speech.expectation import Expectation
    from speech.hearing import Ears
    from speech.second_opinion import Transcriber
    from speech.values import Language


@dataclass(frozen=True)
class Outcome:
    """One recording. `intent` None: it means none of what is listed."""

    intent: str | None
    decision: str
    target: str | None
    delay_seconds: float | None
    audio_seconds: float
    cpu_seconds: float


@click.command("bench")
@click.argument("labelled", type=FILE)
@click.option("--phrases", type=FILE, help="The meanings' phrases, one `intent<TAB>phrase` a line.")
@click.option("--menu", type=FILE, help="… or a menu: its departments and their phrases.")
@click.option("--language", type=click.Choice(["ko", "en"]), default="ko", show_default=True)
@click.option("--as-is", is_flag=True, help="The recordings are telephone audio of 8 kHz already.")
@click.option("--no-second-opinion", "alone", is_flag=True, help="Vosk alone, even where Whisper is installed.")
def bench(
    labelled: Path, phrases: Path | None, menu: Path | None, language: "Language", as_is: bool, alone: bool
) -> None:
    """Hear recordings of which the intent is known, and tell how many went right.

    LABELLED has one `intent<TAB>recording` a line, the paths beside the file; the intent `-` is none of them. A
    department that is always confirmed counts as gone to, as far as it was heard surely enough.
    """
    from command.hear import expectation_of, our_ears, telephone_audio, transcriber_or_none

    expected = expectation_of("question", menu, phrases, language)
    pairs = read_pairs(labelled)
    known = {meaning.name for meaning in expected.meanings}
    unknown = sorted({intent for intent, _name in pairs} - known - {NONE_OF_THEM})
    if unknown:
        raise click.ClickException(f"labels without phrases: {', '.join(unknown)}")
    ears, transcriber = our_ears(), None if alone else transcriber_or_none()
    outcomes = []
    for intent, name in pairs:
        mulaw = telephone_audio(labelled.parent / name, as_is=as_is)
        outcomes.append(outcome(ears, mulaw, expected, None if intent == NONE_OF_THEM else intent, transcriber))
    click.echo(report(outcomes, second_opinion=transcriber is not None))


def outcome(
    ears: "Ears", mulaw: bytes, expected: "Expectation", intent: str | None, transcriber: "Transcriber | None"
) -> Outcome:
    from ivr import trial

    tried = trial.decisive(trial.hear(ears, mulaw, expected, transcriber))
    return outcome_of(tried, intent)


def outcome_of(tried: "Tried | None", intent: str | None) -> Outcome:
    from ivr.dialogue import THRESHOLDS
    from speech.decide import Confirm, Go, decide, decision_name

    if tried is None:
        return Outcome(intent, "ask", None, None, 0.0, 0.0)
    decision = decide(tried.hearing, THRESHOLDS, failures=0, always_confirm=False)
    target = decision.meaning if isinstance(decision, Go | Confirm) else None
    hearing = tried.hearing
    name = decision_name(decision)
    return Outcome(intent, name, target, tried.delay_seconds, hearing.audio_seconds, hearing.cpu_seconds)


def report(outcomes: Sequence[Outcome], *, second_opinion: bool) -> str:
    """As it is printed: shares with their 95 % Wilson intervals."""
    listed = [one for one in outcomes if one.intent is not None]
    others = [one for one in outcomes if one.intent is None]
    gone = [one for one in listed if one.decision == "go"]
    asked_back = [one for one in listed if one.decision == "confirm"]
    lines = [
        f"{len(outcomes)} recordings, second opinion: {'yes' if second_opinion else 'no'}",
        _share("right, unasked", [one.target == one.intent for one in gone], len(listed)),
        _share("wrong, unasked", [one.target != one.intent for one in gone], len(listed)),
        _share("asked back, rightly", [one.target == one.intent for one in asked_back], len(listed)),
        _share("asked back, wrongly", [one.target != one.intent for one in asked_back], len(listed)),
        _share("asked again", [one.decision == "ask" for one in listed], len(listed)),
        _share("none of the meanings, yet gone to", [one.decision == "go" for one in others], len(others)),
        *_speed(outcomes),
    ]
    return "\n".join(lines)


def _share(name: str, hits: Sequence[bool], count: int) -> str:
    from speech.shares import wilson

    if count == 0:
        return f"  {name:<34}     –"
    low, high = wilson(sum(hits), count)
    return f"  {name:<34} {100 * sum(hits) / count:5.1f} %  [{100 * low:.1f}, {100 * high:.1f}]  {sum(hits)} of {count}"


def _speed(outcomes: Sequence[Outcome]) -> list[str]:
    from statistics import quantiles

    delays = [one.delay_seconds for one in outcomes if one.delay_seconds is not None]
    audio_seconds = sum(one.audio_seconds for one in outcomes)
    if len(delays) < 2 or not audio_seconds:
        return []
    cuts = quantiles(delays, n=20, method="inclusive")
    cpu = sum(one.cpu_seconds for one in outcomes) / audio_seconds
    return [
        f"  end of speech → decision           median {cuts[9]:.2f} s, p95 {cuts[18]:.2f} s",
        f"  CPU                                {cpu:.3f} s per s of speech",
    ]
