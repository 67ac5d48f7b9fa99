"""The callback policies in print and as a picture."""

from pathlib import Path

from benchmarks.wait.callbacks import POLICIES, study
from benchmarks.wait.score import Mean

Found = dict[str, dict[str, tuple[Mean, Mean]]]
COLUMNS = (
    ("s on the phone", "on_phone", 1, ".1f"),
    ("s until served", "until_served", 1, ".0f"),
    ("abandoned %", "abandoned", 100, ".2f"),
    ("unreached %", "unreached", 100, ".2f"),
    ("took one %", "callbacks", 100, ".1f"),
    ("agent s a callback", "idle", 1, ".1f"),
    ("held > 5 s %", "held", 100, ".1f"),
)


def table(name: str, seeds: int, found: Found) -> str:
    """Markdown: of each policy the means over the seeds, and the paired differences from no callbacks."""
    rows = [[f"{name}, {seeds} seeds", *(title for title, *_ in COLUMNS)], ["---"] * (len(COLUMNS) + 1)]
    for policy, figures in found.items():
        means = [(figures[part][0], factor, spec) for _, part, factor, spec in COLUMNS]
        rows.append([policy, *(format(Mean(m.value * factor, m.half * factor), spec) for m, factor, spec in means)])
        if policy != POLICIES[0]:
            changes = [(figures[part][1], factor, spec) for _, part, factor, spec in COLUMNS]
            cells = [format(Mean(m.value * factor, m.half * factor), "+" + spec) for m, factor, spec in changes]
            rows.append(["… against none", *cells])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


PANELS = (
    ("on_phone", 1, "seconds on the phone\nper caller"),
    ("abandoned", 100, "abandoned, %"),
    ("idle", 1, "agent seconds lost\nper callback"),
    ("held", 100, "callees on hold\nfor more than 5 s, %"),
)
COLOURS = ("#b0b0b0", "#fd8d3c", "#6baed6", "#08306b")


def draw(by_centre: dict[str, Found], path: Path) -> Path:
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "callbacks"
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(1, len(PANELS), figsize=(11, 0.8 * len(by_centre) + 1.5), sharey=True)
    for panel, (part, factor, title) in zip(axes, PANELS, strict=True):
        for row, found in enumerate(by_centre.values()):
            for place, (policy, colour) in enumerate(zip(POLICIES, COLOURS, strict=True)):
                mean = found[policy][part][0]
                if mean.value != mean.value:
                    continue
                half = None if mean.half != mean.half else factor * mean.half
                y, label = row + 0.2 * (place - 1.5), policy if row == 0 else None
                panel.barh(y, factor * mean.value, 0.18, xerr=half, color=colour, ecolor="#555555", label=label)
        panel.set_title(title, fontsize=9)
        panel.set_xlim(left=0)
        panel.spines[["top", "right"]].set_visible(False)
    axes[0].set_yticks(range(len(by_centre)), list(by_centre))
    axes[0].invert_yaxis()
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncols=len(POLICIES), frameon=False, fontsize=8)
    figure.tight_layout(rect=(0, 0.08, 1, 1))
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
    return path


def show(centres: list[str], seeds: int, picture: Path | None) -> None:
    found: dict[str, Found] = {}
    for name in centres:
        found[name] = study(name, range(seeds))
        print(table(name, seeds, found[name]), end="\n\n", flush=True)
    if picture is not None:
        print(draw(found, picture))
