"""The comparison in print."""

import math
from collections.abc import Sequence

from benchmarks.wait.compare import AIMS, BANK_AIMS, ORACLE, OURS, OURS_WITH_ROSTER, Aim, Scores
from benchmarks.wait.score import Mean, over_seeds

FIRST = (ORACLE, OURS_WITH_ROSTER, OURS)
COLUMNS = (
    ("RMSE", "rmse", ".0f"),
    ("MAE", "mae", ".1f"),
    ("bias", "bias", "+.0f"),
    ("covers", "coverage", ".3f"),
    ("worst 1/5", "worst_fifth", ".3f"),
    ("late", "late", ".3f"),
    ("width", "width", ".0f"),
    ("Winkler", "winkler", ".0f"),
    ("spoken right", "spoken_right", ".3f"),
    ("min wide", "spoken_width", ".2f"),
    ("first 300", "cold_coverage", ".3f"),
    ("ms", "ms_each", ".1f"),
)


def scores_table(centre: str, found: Scores) -> str:
    """Markdown: a row for each estimator, means over the seeds with 95 % confidence intervals."""
    seeds = len(next(iter(found.values())))
    callers = sum(each.callers for each in next(iter(found.values()))) / seeds
    head = f"**{centre}**: {seeds} seed{'s' * (seeds != 1)}, {callers:.0f} callers who had to wait in each"
    rows = [["", *(title for title, _, _ in COLUMNS)], ["---"] * (len(COLUMNS) + 1)]
    for name in _ordered(found):
        means = over_seeds(found[name])
        rows.append([name, *(format(means[part], spec) for _, part, spec in COLUMNS)])
    return "\n".join([head, "", *("| " + " | ".join(row) + " |" for row in rows)])


def _ordered(found: Scores) -> list[str]:
    others = sorted(found.keys() - set(FIRST), key=lambda name: over_seeds(found[name])["mae"].value)
    return [name for name in FIRST if name in found] + others


def aims_table(by_centre: dict[str, Scores], aims: Sequence[Aim] = AIMS) -> tuple[str, int]:
    """Markdown, and how many aims are missed. A figure in bold is beyond its bound; one whose confidence interval
    reaches the bound is marked with a question mark, since other seeds might hold it."""
    missed, rows = 0, [["", *by_centre, "aim"], ["---"] * (len(by_centre) + 2)]
    for aim in aims:
        row = [aim.what]
        for found in by_centre.values():
            figure = aim.figure(found)
            holds = math.isnan(figure.value) or aim.holds(figure.value)
            missed += not holds
            row.append(_cell(aim, figure, holds))
        rows.append([*row, aim.bound])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows), missed


def _cell(aim: Aim, figure: Mean, holds: bool) -> str:
    if holds:
        return f"{figure:.2f}"
    near = not math.isnan(figure.half) and any(aim.holds(figure.value + step * figure.half) for step in (-1, 1))
    return f"**{figure:.2f}**{' ?' if near else ''}"


def whole(by_centre: dict[str, Scores]) -> tuple[str, int]:
    """All tables, and how many aims are missed."""
    simulated = {name: found for name, found in by_centre.items() if name != "bank"}
    parts, missed = [scores_table(name, found) for name, found in by_centre.items()], 0
    if simulated:
        text, missed = aims_table(simulated)
        parts.append(text)
    if "bank" in by_centre:
        text, more = aims_table({"bank": by_centre["bank"]}, BANK_AIMS)
        parts.append(text)
        missed += more
    return "\n\n".join(parts), missed
