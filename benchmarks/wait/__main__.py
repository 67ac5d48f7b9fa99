"""`python -m benchmarks.wait generate CENTRE --seed N`: a centre's events and, in a second file, what came true."""

import argparse
import sys
from pathlib import Path

from benchmarks.wait.centres import CENTRES
from benchmarks.wait.truth import live, write

FOLDER = Path("var/wait-bench")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.wait", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    generate = commands.add_parser("generate", help="write the events of a centre and what came true")
    generate.add_argument("centre", choices=CENTRES)
    generate.add_argument("--seed", type=int, default=0)
    generate.add_argument("--roster", action="store_true", help="with roster lines")
    generate.add_argument("--out", type=Path, default=FOLDER, metavar="FOLDER")
    chosen = parser.parse_args(arguments)
    return _generate(chosen)


def _generate(chosen: argparse.Namespace) -> int:
    events, truths = live(CENTRES[chosen.centre], chosen.seed, roster=chosen.roster)
    name = f"{chosen.centre}-{chosen.seed}{'-roster' if chosen.roster else ''}"
    log, truth = write(chosen.out, name, events, truths)
    print(f"{log}: {len(events)} events\n{truth}: {len(truths)} callers, {sum(t.scored for t in truths)} scored")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
