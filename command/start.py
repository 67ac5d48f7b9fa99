"""The start of `barocall`: imports only what the command that was asked for needs, so that short ones are quick."""

import sys


def main() -> None:
    from command.cli import main as command_line

    try:
        command_line()
    except Exception as error:
        from store.database import DatabaseAway

        if not isinstance(error, DatabaseAway):
            raise
        sys.exit(f"The database does not answer as it should: {error}\nA new one needs `barocall migrate` first.")
