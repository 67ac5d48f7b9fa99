"""Options that several commands share."""

import getpass

import click

AS_JSON = click.option("--json", "as_json", is_flag=True, help="For programs.")


def operator() -> str:
    """Who sits at the terminal."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # A container may run as a user without a name.
        return "command line"
