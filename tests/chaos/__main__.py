"""The command line of the fault test: `make chaos`."""

import sys
import tempfile
from pathlib import Path

import click

from tests.chaos.plan import LARGE, SMALL
from tests.chaos.postgres import binary
from tests.chaos.trial import Outcome, try_it

SIZES = {"small": SMALL, "large": LARGE}


@click.command(context_settings={"show_default": True})
@click.option("--seed", default=1, help="What breaks when follows from it.")
@click.option("--size", type=click.Choice(list(SIZES)), default="large", help="Small: the form that the tests run.")
@click.option("--database", type=click.Choice(["sqlite", "postgresql", "both"]), default="both")
@click.option("--keep", type=click.Path(path_type=Path), help="Leave logs and data in this folder.")
def main(seed: int, size: str, database: str, keep: Path | None) -> None:
    """Promises fall due while processes are killed and the carrier fails. Exit 0: every promise was kept or honestly
    closed, and nobody was rung twice for one attempt."""
    wanted = ["sqlite", "postgresql"] if database == "both" else [database]
    if "postgresql" in wanted and binary("initdb") is None:
        click.echo("PostgreSQL is not installed here: SQLite only")
        wanted.remove("postgresql")
    bad = False
    for name in wanted:
        with tempfile.TemporaryDirectory(prefix="chaos-") as own:
            folder = (keep or Path(own)).absolute() / name
            click.echo(f"\n{name}, seed {seed}, {size}")
            outcome = try_it(seed, SIZES[size], folder, on_postgresql=name == "postgresql", say=click.echo)
        _tell(outcome)
        bad |= bool(outcome.problems)
    sys.exit(1 if bad else 0)


def _tell(outcome: Outcome) -> None:
    click.echo(f"over after {outcome.seconds:.0f} s; seed {outcome.plan.seed}")
    click.echo("broken:    " + ", ".join(f"{what} ×{n}" for what, n in sorted(outcome.broken.items())))
    click.echo("promises:  " + ", ".join(f"{state} {n}" for state, n in sorted(outcome.states.items())))
    click.echo(f"callers rung, by the network's record: {outcome.rings}")
    for problem in outcome.problems:
        click.echo(f"WRONG: {problem}")
    click.echo(f"{len(outcome.problems)} promises or rules broken" if outcome.problems else "no promise was broken")


if __name__ == "__main__":
    main()
