"""How good the announced wait is.

`python -m benchmarks.wait` compares; `python -m benchmarks.wait generate CENTRE --seed N` writes a centre's events and,
in a second file, what came true; `python -m benchmarks.wait callbacks` compares callback policies.
"""

import argparse
import sys
from pathlib import Path

from benchmarks.wait import bank
from benchmarks.wait.callbacks_shown import show
from benchmarks.wait.centres import CENTRES, EIGHT, HELD_OUT
from benchmarks.wait.compare import Scores, bank_scores, scores
from benchmarks.wait.estimators import ESTIMATORS
from benchmarks.wait.table import scores_table, whole
from benchmarks.wait.truth import live, write

FOLDER = Path("var/wait-bench")


def main(arguments: list[str]) -> int:
    chosen = _parser().parse_args(arguments)
    if chosen.command == "generate":
        return _generate(chosen)
    if chosen.command == "callbacks":
        show(chosen.worlds, chosen.world_seeds, chosen.draw)
        return 0
    return _compare(chosen)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.wait", description=__doc__)
    parser.add_argument("--seeds", type=int, default=5, help="how many, from 0 on (5)")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument(
        "--centres", nargs="+", metavar="CENTRE", help="names, `eight`, `held-out`, `bank` (eight bank)"
    )
    parser.add_argument("--estimators", nargs="+", choices=ESTIMATORS, default=["barocall", "peers"])
    parser.add_argument("--picture", type=Path, metavar="FILE", help="draw the comparison too, for example an .svg")
    commands = parser.add_subparsers(dest="command")
    generate = commands.add_parser("generate", help="write the events of a centre and what came true")
    generate.add_argument("centre", choices=CENTRES)
    generate.add_argument("--seed", type=int, default=0)
    generate.add_argument("--roster", action="store_true", help="with roster lines")
    generate.add_argument("--out", type=Path, default=FOLDER, metavar="FOLDER")
    policies = commands.add_parser("callbacks", help="callback policies in the same worlds, as in docs/callbacks.md")
    policies.add_argument("--worlds", nargs="+", choices=CENTRES, default=["promising", "callbacks"])
    policies.add_argument("--world-seeds", type=int, default=20)
    policies.add_argument("--draw", type=Path, metavar="FILE")
    return parser


def _generate(chosen: argparse.Namespace) -> int:
    events, truths = live(CENTRES[chosen.centre], chosen.seed, roster=chosen.roster)
    name = f"{chosen.centre}-{chosen.seed}{'-roster' if chosen.roster else ''}"
    log, truth = write(chosen.out, name, events, truths)
    print(f"{log}: {len(events)} events\n{truth}: {len(truths)} callers, {sum(t.scored for t in truths)} scored")
    return 0


def _compare(chosen: argparse.Namespace) -> int:
    """Exit status 0 when all aims hold."""
    seeds = range(chosen.first_seed, chosen.first_seed + chosen.seeds)
    found: dict[str, Scores] = {}
    for centre in _named(chosen.centres or ["eight", "bank"]):
        if centre == bank.NAME and bank.at_hand() is None:
            print("skipped: the bank's calls are not at hand (BAROCALL_SHARED)")
            continue
        is_bank = centre == bank.NAME
        found[centre] = bank_scores(chosen.estimators) if is_bank else scores(centre, seeds, chosen.estimators)
        print(f"\n{scores_table(centre, found[centre])}", file=sys.stderr, flush=True)
    text, missed = whole(found)
    print(text)
    if chosen.picture is not None:
        from benchmarks.wait.picture import draw

        print(draw(found, chosen.picture))
    return 1 if missed else 0


def _named(words: list[str]) -> list[str]:
    groups = {"eight": [c.name for c in EIGHT], "held-out": [c.name for c in HELD_OUT]}
    names = [name for word in words for name in groups.get(word, [word])]
    unknown = [name for name in names if name not in CENTRES and name != bank.NAME]
    if unknown:
        raise SystemExit(f"no such centre: {', '.join(unknown)}. Use eight, held-out, bank, {', '.join(CENTRES)}")
    return names


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
