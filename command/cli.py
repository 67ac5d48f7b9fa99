"""The `barocall` command."""

import os
import sys
from pathlib import Path

import click

from command.bench import bench
from command.call import call
from command.callbacks import callbacks, numbers
from command.environment import database_url
from command.environment import environ as _environ
from command.environment import settings as _settings
from command.examples import FILE
from command.hear import hear
from command.menu import menu
from command.report import report
from command.roster import roster
from command.thresholds import thresholds
from command.wait import wait

GUNICORN = {
    # A webhook must never wait for another caller's: two processes, eight threads each.
    "voice": ["--workers", "2", "--threads", "8"],
    # A media socket holds its thread for the length of the call; one process, since the model takes 500 MB.
    "media": ["--workers", "1", "--threads", "110", "--graceful-timeout", "5"],
    "console": ["--workers", "1", "--threads", "8", "--graceful-timeout", "2"],
}
# Longer than a proxy keeps an idle connection (nginx: 60 s). The server's own 2 s now and then end just when a webhook
# comes in on one, and the carrier hears no answer.
KEEP_ALIVE_SECONDS = 75


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """바로콜 barocall: a front desk for your support line.

    Callers say what they need, hear an honest wait, and are called back.

    \b
    New here?          barocall demo
    Before going live: barocall check
    Serving callers:   barocall run
    """


@main.command()
@click.argument("part", type=click.Choice(list(GUNICORN)))
def serve(part: str) -> None:
    """Serve one part: voice webhooks, media sockets, or the live page."""
    settings = _settings()
    port = {"voice": settings.voice_port, "media": settings.media_port, "console": settings.console_port}[part]
    gunicorn = str(Path(sys.executable).parent / "gunicorn")
    address = ["--bind", f"127.0.0.1:{port}", "--keep-alive", str(KEEP_ALIVE_SECONDS)]
    options = ["--worker-class", "gthread", *address, *GUNICORN[part]]
    os.execv(gunicorn, [gunicorn, *options, f"app:create_app('{part}')"])  # noqa: S606 -- becomes the server


@main.command()
def worker() -> None:
    """Work through the job queue: ring agents, keep promises."""
    from app import run_worker

    run_worker(_settings())


@main.command()
def sweep() -> None:
    """Put lost work back, every few seconds."""
    from app import run_sweep

    run_sweep(_settings())


@main.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    from command.database import prepare_database

    prepare_database(database_url())


@main.command()
@click.option("--kill-worker", is_flag=True, help="Kill the worker in the middle of a promised call.")
@click.option("--keep", is_flag=True, help="Leave the data and logs of an earlier demo alone.")
def demo(kill_worker: bool, keep: bool) -> None:
    """Three whole calls through the real product, told as they happen."""
    from command.demo import run_demo

    sys.exit(run_demo(kill_worker=kill_worker, keep=keep))


@main.command()
def run() -> None:
    """Serve everything: voice, media, live page, worker, sweep, and a Redis if REDIS_URL is not set."""
    from command.run import run_all

    sys.exit(run_all(_environ()))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def check(as_json: bool) -> None:
    """Tell what is missing before a real number can be answered."""
    from command.check import run_check

    sys.exit(run_check(_environ(), as_json=as_json))


@main.command("fallback-twiml")
def fallback_twiml() -> None:
    """Print the document to host elsewhere, for when barocall itself is away."""
    from command.check import fallback_document, site_languages

    settings = _settings()
    number = settings.fallback_number
    if number is None:
        raise click.ClickException("FALLBACK_NUMBER is not set: the document would connect callers with nobody")
    click.echo(fallback_document(number, site_languages(settings)))


@main.command("settings")
@click.option("--markdown", is_flag=True, help="As docs/settings.md has it.")
def show_settings(markdown: bool) -> None:
    """List all settings."""
    from command.settings_page import settings_markdown, settings_text

    click.echo(settings_markdown() if markdown else settings_text())


@main.group()
def agents() -> None:
    """Who talks with callers, and whether they are at work."""


@agents.command("add")
@click.argument("name")
@click.argument("phone")
@click.argument("skills", nargs=-1, required=True)
def add_agent(name: str, phone: str, skills: tuple[str, ...]) -> None:
    """Add an agent, or change one: NAME, PHONE (+8210…), and what they can serve.

    A skill may carry a level, 1 to 9 (billing:8); without, it is 5. Callers get the highest level that is free.
    """
    from command.staff import add

    click.echo(add(_settings(), name, phone, skills))


@agents.command("list")
def list_agents() -> None:
    """Everybody, with state and skills."""
    from command.staff import listing

    click.echo(listing(_settings()))


@agents.command("set")
@click.argument("phone")
@click.argument("state", type=click.Choice(["ready", "pause", "off"]))
@click.option("--reason", help="Why they pause: break (default), lunch, meeting, training, paperwork, technical.")
def set_agent(phone: str, state: str, reason: str | None) -> None:
    """Sign an agent in (ready), out (off), or give them a break (pause)."""
    from command.staff import set_state

    click.echo(set_state(_settings(), phone, state, reason))


@agents.command("transfer")
@click.argument("phone")
@click.argument("department")
@click.option(
    "--reason", required=True, help="Why: wrong_department, needs_specialist, second_matter, caller_asked, other."
)
@click.option("--note", default="", help="For the next agent: read to them before they say hello.")
def transfer(phone: str, department: str, reason: str, note: str) -> None:
    """Pass the caller whom an agent (PHONE) talks with on to a DEPARTMENT. Asked twice, it is done once."""
    from command.transferring import pass_on

    click.echo(pass_on(_settings(), phone, department, reason, note))


@main.group()
def speech() -> None:
    """How well callers are understood."""


@speech.command("review")
@click.option("--days", type=click.IntRange(1), default=7, show_default=True, help="How far to look back.")
@click.option("--draft", type=FILE, help="A menu: print what its departments lack, as YAML to paste.")
def review(days: int, draft: Path | None) -> None:
    """List what was not understood or went elsewhere, and where those callers ended."""
    from command.review import listing

    click.echo(listing(database_url(), days, draft))


speech.add_command(bench)
speech.add_command(thresholds)
main.add_command(hear)
main.add_command(menu)
main.add_command(call)
main.add_command(roster)
main.add_command(report)
main.add_command(wait)
main.add_command(callbacks)
main.add_command(numbers)
