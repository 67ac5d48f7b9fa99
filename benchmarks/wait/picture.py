"""The comparison drawn: how far each estimator is from the limit, and how often its range was right."""

from pathlib import Path

from benchmarks.wait.compare import ORACLE, OURS, OURS_WITH_ROSTER, Scores, best, of, ratio
from benchmarks.wait.peers import VENDORS

PATH = Path("docs/pictures/wait.svg")
STYLES = {
    "asterisk": ("Asterisk", "#b0b0b0", "s"),
    "vendor": ("best vendor formula", "#8c6bb1", "D"),
    "qlm": ("QL_m (Erlang-A)", "#fd8d3c", "^"),
    "avgc-les": ("AvgC-LES", "#74c476", "v"),
    OURS: ("barocall", "#2171b5", "o"),
    OURS_WITH_ROSTER: ("barocall + roster", "#08306b", "o"),
}


def draw(by_centre: dict[str, Scores], path: Path = PATH) -> Path:
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "wait"
    from matplotlib import pyplot as plt

    simulated = {name: found for name, found in by_centre.items() if name != "bank"}
    figure, (errors, ranges) = plt.subplots(1, 2, figsize=(11, 0.42 * len(simulated) + 1.6), sharey=True)
    for row, found in enumerate(simulated.values()):
        _row(errors, ranges, row, found)
    errors.set_yticks(range(len(simulated)), list(simulated))
    errors.invert_yaxis()
    errors.axvline(1, color="black", linewidth=0.8)
    errors.set_xlabel("mean absolute error / that of perfect knowledge")
    ranges.axvspan(0.79, 0.82, color="#c6dbef")
    ranges.set_xlabel("share of waits inside the 80 % range")
    handles, labels = errors.get_legend_handles_labels()
    figure.legend(handles, labels, loc="upper center", ncols=len(STYLES), frameon=False, fontsize=8)
    for axes in (errors, ranges):
        axes.grid(axis="x", alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout(rect=(0, 0, 1, 0.93))
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
    return path


def _row(errors, ranges, row: int, found: Scores) -> None:  # type: ignore[no-untyped-def]
    for place, (name, (label, colour, marker)) in enumerate(STYLES.items()):
        source = best(found, VENDORS) if name == "vendor" else name
        if source not in found:
            continue
        y = row + 0.1 * (place - len(STYLES) / 2 + 0.5)
        style = {"fmt": marker, "color": colour, "markersize": 4.5, "elinewidth": 1}
        mae = ratio(source, "mae", ORACLE)(found)
        errors.errorbar(mae.value, y, xerr=_half(mae.half), label=label if row == 0 else None, **style)
        covers = of(source, "coverage")(found)
        if covers.value == covers.value:
            ranges.errorbar(covers.value, y, xerr=_half(covers.half), **style)


def _half(half: float) -> float | None:
    return None if half != half else half
