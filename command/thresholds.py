"""`barocall speech thresholds`: when to go, confirm or ask, from texts that somebody labelled."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from command.examples import FILE, NONE_OF_THEM, Examples, examples_from, read_pairs

if TYPE_CHECKING:
    from speech.thresholds import Rates


@click.command("thresholds")
@click.argument("labelled", type=FILE)
@click.option("--phrases", type=FILE, help="The meanings' phrases, one `intent<TAB>phrase` a line.")
@click.option("--menu", type=FILE, help="… or a menu: its departments and their phrases.")
@click.option("--language", type=click.Choice(["ko", "en"]), default="ko", show_default=True)
@click.option(
    "--wrong-at-most",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.02,
    show_default=True,
    help="The share of all texts that may go to a wrong meaning unasked.",
)
def thresholds(labelled: Path, phrases: Path | None, menu: Path | None, language: str, wrong_at_most: float) -> None:
    """Choose the thresholds for going and confirming from LABELLED texts, and tell what to expect of them.

    LABELLED has one `intent<TAB>text` a line; the intent `-` is none of them. The texts should be what callers really
    said, and none of the phrases.
    """
    from speech.thresholds import TooFewLabelled

    try:
        click.echo(report(read_pairs(labelled), examples_from(phrases, menu, language), language, wrong_at_most))
    except TooFewLabelled as error:
        click.echo(f"{labelled}: {error}", err=True)
        sys.exit(1)


def report(labelled: Sequence[tuple[str, str]], examples: Examples, language: str, wrong_at_most: float) -> str:
    """As it is printed."""
    from speech.classifier import train
    from speech.sentence_vectors import sentence_vectors
    from speech.thresholds import Scored, choose_thresholds

    unknown = sorted({intent for intent, _text in labelled} - examples.keys() - {NONE_OF_THEM})
    if unknown:
        raise click.ClickException(f"labels without phrases: {', '.join(unknown)}")
    vectors = sentence_vectors()
    classifier = train(examples, language, encoder=vectors)
    judged = [(intent, classifier.judge(text)) for intent, text in labelled]
    scored = [Scored(one.probability, one.likeliest == intent, intent != NONE_OF_THEM) for intent, one in judged]
    chosen, expected = choose_thresholds(scored, wrong_at_most=wrong_at_most)
    lines = [
        f"{len(labelled)} labelled texts, {len(examples)} meanings, sentence vectors: {'yes' if vectors else 'no'}",
        f"go       {_threshold(chosen.go)}",
        f"confirm  {_threshold(chosen.confirm)}",
        "of texts like these, expect [95 %]:",
        *_rows(expected),
    ]
    return "\n".join(lines)


def _threshold(value: float) -> str:
    return f"{value:.3f}" if value <= 1 else "never"


def _rows(expected: "Rates") -> list[str]:
    from speech.shares import wilson

    def row(name: str, hits: int, count: int) -> str:
        low, high = wilson(hits, count)
        share = f"{100 * hits / count:5.1f} %" if count else "    –  "
        return f"  {name:<34} {share}  [{100 * low:.1f}, {100 * high:.1f}]  {hits} of {count}"

    return [
        row("gone to at once", expected.go, expected.texts),
        row("confirmed first", expected.confirm, expected.texts),
        row("asked again", expected.ask, expected.texts),
        row("wrong: gone to another, unasked", expected.wrong, expected.texts),
        row("confirmed first, the answer is no", expected.confirmed_wrong, expected.confirm),
        row("none of the meanings, yet gone to", expected.outside_gone, expected.outside),
    ]
