"""`barocall hear`: recordings and sentences tried out on a menu, as a call would hear them."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from command.examples import FILE, read_menu, read_pairs, read_phrases

if TYPE_CHECKING:
    from speech.decide import Decision
    from speech.expectation import Expectation
    from speech.hearing import Ears, Hearing
    from speech.second_opinion import Transcriber
    from speech.values import Language

At = Literal["question", "yes-no", "phone"]
OPEN_SILENCE_SECONDS = 0.6


@dataclass(frozen=True)
class Heard:
    """What one input came to, as it is printed."""

    file: str
    text: str
    alternatives: tuple[dict[str, Any], ...]
    recogniser: str
    intent: str | None
    probability: float
    decision: str
    target: str | None
    audio_seconds: float
    cpu_seconds: float
    delay_seconds: float


@click.command("hear")
@click.argument("files", nargs=-1, type=FILE)
@click.option("--menu", type=FILE, help="The menu whose phrases count. [default: menus.yaml]")
@click.option("--phrases", type=FILE, help="In place of a menu: `intent<TAB>phrase` lines.")
@click.option("--at", type=click.Choice(["question", "yes-no", "phone"]), default="question", show_default=True)
@click.option("--text", type=FILE, help="Decide lines of text (`id<TAB>text`) in place of recordings.")
@click.option("--language", type=click.Choice(["ko", "en"]), default="ko", show_default=True)
@click.option("--as-is", is_flag=True, help="The recordings are telephone audio of 8 kHz already.")
@click.option("--no-second-opinion", "alone", is_flag=True, help="Vosk alone, even where Whisper is installed.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def hear(
    files: tuple[Path, ...],
    menu: Path | None,
    phrases: Path | None,
    at: At,
    text: Path | None,
    language: "Language",
    as_is: bool,
    alone: bool,
    as_json: bool,
) -> None:
    """Hear recordings exactly as a call would, and tell what would follow.

    Each of FILES (any format that soundfile reads) is narrowed to telephone quality and goes through the live path:
    frames, endpointer, extension, recogniser, decision.
    """
    if bool(files) == (text is not None):
        raise click.UsageError("give recordings, or sentences with --text")
    expected = expectation_of(at, menu, phrases, language)
    always = _always_confirmed(menu or _usual_menu()) if at == "question" and phrases is None else frozenset()
    if text is not None:
        inputs = _sentences(text, expected, always)
    else:
        inputs = _recordings(files, expected, always, as_is=as_is, alone=alone)
    for heard in inputs:
        click.echo(json.dumps(asdict(heard), ensure_ascii=False) if as_json else _line(heard))


def _usual_menu() -> Path:
    path = Path("menus.yaml")
    if not path.is_file():
        raise click.UsageError("there is no menus.yaml here: say which menu with --menu, or give --phrases")
    return path


def expectation_of(at: At, menu: Path | None, phrases: Path | None, language: "Language") -> "Expectation":
    """What a call would expect there; at the question, of the menu or of the phrases that stand in for one."""
    from ivr.dialogue import open_question
    from speech.expectation import PHONE_BY_LANGUAGE, YES_NO_BY_LANGUAGE, Expectation, Meaning

    if at == "yes-no":
        return YES_NO_BY_LANGUAGE[language]
    if at == "phone":
        return PHONE_BY_LANGUAGE[language]
    if phrases is None:
        return open_question(read_menu(menu or _usual_menu()).spoken_in(language))
    if menu is not None:
        raise click.UsageError("give either --phrases or --menu")
    meanings = tuple(Meaning(name, tuple(said)) for name, said in read_phrases(phrases).items())
    return Expectation("question", meanings, OPEN_SILENCE_SECONDS, language=language, is_open=True)


def _always_confirmed(menu: Path) -> frozenset[str]:
    return frozenset(department.id for department in read_menu(menu).departments if department.always_confirm)


def _sentences(path: Path, expected: "Expectation", always: frozenset[str]) -> Iterator[Heard]:
    import time

    from speech.hearing import understand_text
    from speech.recogniser import Alternative

    for name, sentence in read_pairs(path):
        began = time.perf_counter()
        hearing = understand_text(Alternative(sentence, 1.0), expected)
        yield _heard(name, hearing, _decided(hearing, expected, always), "text", time.perf_counter() - began)


def _recordings(
    files: tuple[Path, ...], expected: "Expectation", always: frozenset[str], *, as_is: bool, alone: bool
) -> Iterator[Heard]:
    from ivr import trial

    ears = our_ears()
    transcriber = None if alone else transcriber_or_none()
    for path in files:
        mulaw = telephone_audio(path, as_is=as_is)
        try:
            tried = trial.decisive(trial.hear(ears, mulaw, expected, transcriber))
        except trial.CannotHear as error:
            raise click.ClickException(f"{path}: {error}") from error
        if tried is None:
            yield _nothing(path, mulaw)
        else:
            decision = _decided(tried.hearing, expected, always)
            yield _heard(str(path), tried.hearing, decision, tried.hearing.recogniser, tried.delay_seconds)


def our_ears() -> "Ears":
    from speech.hearing import Ears
    from speech.recogniser import ModelMissing
    from speech.vosk_recogniser import VoskRecogniser

    try:
        return Ears(VoskRecogniser())
    except ModelMissing as error:
        raise click.ClickException(str(error)) from error


def transcriber_or_none() -> "Transcriber | None":
    from speech.whisper_recogniser import WhisperMissing, WhisperRecogniser

    try:
        return WhisperRecogniser()
    except WhisperMissing:
        return None


def telephone_audio(path: Path, *, as_is: bool) -> bytes:
    """A recording as a telephone line brings it, mu-law. Raises click's own error for what is no recording."""
    import soundfile

    from speech.telephone import RATE_HZ, encode, narrow

    try:
        samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:
        raise click.ClickException(f"{path}: is no recording that can be read ({error})") from error
    if not as_is:
        return narrow(samples[:, 0], rate_hz)
    if rate_hz != RATE_HZ:
        raise click.ClickException(f"{path}: --as-is wants telephone audio of 8000 Hz; this has {rate_hz}")
    return encode(samples[:, 0])


def _decided(hearing: "Hearing", expected: "Expectation", always: frozenset[str]) -> "Decision":
    """As the conversation would, at the first try. A number is always read back."""
    from callbacks.diallable import usable_number
    from ivr.dialogue import THRESHOLDS, number_said
    from speech.decide import Confirm, decide

    if expected.value == "phone":
        number = number_said(hearing, expected.language, usable_number)
        if number is not None:
            return Confirm(number)
    return decide(hearing, THRESHOLDS, failures=0, always_confirm=hearing.meaning in always)


def _heard(name: str, hearing: "Hearing", decision: "Decision", recogniser: str, delay_seconds: float) -> Heard:
    from speech.decide import Confirm, Go, decision_name

    return Heard(
        file=name,
        text=hearing.alternatives[0].text if hearing.alternatives else "",
        alternatives=tuple({"text": a.text, "score": round(a.score, 3)} for a in hearing.alternatives),
        recogniser=recogniser,
        intent=hearing.meaning,
        probability=round(hearing.probability, 4),
        decision=decision_name(decision),
        target=decision.meaning if isinstance(decision, Go | Confirm) else None,
        audio_seconds=round(hearing.audio_seconds, 3),
        cpu_seconds=round(hearing.cpu_seconds, 4),
        delay_seconds=round(delay_seconds, 4),
    )


def _nothing(path: Path, mulaw: bytes) -> Heard:
    """No speech was found: after the time-out the caller is asked again."""
    from speech.telephone import seconds

    return Heard(str(path), "", (), "vosk", None, 0.0, "ask", None, round(seconds(mulaw), 3), 0.0, 0.0)


def _line(heard: Heard) -> str:
    to = f" → {heard.target}" if heard.target else ""
    words = heard.text or "(no speech)"
    return f"{heard.file}: {words}\n  {heard.decision}{to}  ({heard.intent or '–'} {100 * heard.probability:.0f} %)"
