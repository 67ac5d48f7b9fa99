"""`barocall-simulator`: the stand-in phone network as a program."""

import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from simulator.client import NetworkClient
from simulator.config import START, NetworkConfig
from simulator.one_call import ACCOUNT_SID, AUTH_TOKEN, NUMBER, play
from simulator.scripts import BadScript, read_script
from simulator.server import NetworkServer
from simulator.transcript import Lines
from simulator.truths import BadTruth, truths_of
from simulator.voice import NoVoice

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)

_START = START.strftime("%Y-%m-%dT%H:%M:%S")


def _utc(_context: click.Context, _option: click.Parameter, date: datetime) -> datetime:
    return date.replace(tzinfo=UTC)


def _truths(_context: click.Context, _option: click.Parameter, pairs: tuple[str, ...]) -> dict[str, Any]:
    try:
        return truths_of(pairs)
    except BadTruth as error:
        raise click.BadParameter(str(error)) from error


class Commands(click.Group):
    """Options without a command belong to `serve`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        plain = bool(args) and args[0].startswith("-") and args[0] not in self.get_help_option_names(ctx)
        return super().parse_args(ctx, ["serve", *args] if plain else args)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
def main() -> None:
    """A stand-in phone network that speaks Twilio's protocols: signed webhooks, TwiML, media streams, REST.

    \b
    One scripted call against your application:  barocall-simulator call
    A network that stays:                        barocall-simulator serve
    """


@main.command()
@click.option("--port", default=4010, help="Where the network listens (127.0.0.1); 0 takes a free port.")
@click.option("--account-sid", default=ACCOUNT_SID, help="The account that REST requests must name.")
@click.option("--auth-token", envvar="SIMULATOR_AUTH_TOKEN", required=True, help="Signs webhooks; REST's password.")
@click.option("--number", default=NUMBER, help="The application's own number.")
@click.option("--voice-url", required=True, help="Fetched when somebody phones the number.")
@click.option("--voice-method", type=click.Choice(["GET", "POST"]), default="POST", help="By which it is fetched.")
@click.option("--status-url", help="Told when such a call ends.")
@click.option("--fallback-url", help="Fetched when the application fails.")
@click.option("--caller-id", "caller_ids", multiple=True, help="Another number that calls may be ordered from.")
@click.option("--message-url", help="Told when somebody texts the number.")
@click.option("--calls-per-second", default=1.0, help="How fast calls ordered by REST are placed.")
@click.option("--time", type=click.Choice(["real", "stepped"]), default="real", help="Stepped: until it is advanced.")
@click.option("--start", type=click.DateTime(), callback=_utc, default=_START, help="When stepped time begins, in UTC.")
@click.option("--seed", default=0, help="Of SIDs and tokens in stepped time.")
@click.option("--most-calls", type=int, help="So many calls at once; more are refused.")
@click.option("--speed", default=1.0, help="Everything happens so many times faster.")
@click.option("--talk-speed", default=1.0, help="What the application says is so many times shorter.")
@click.option("--voice", default="none", help="Who speaks written words: none, or espeak-ng where it is installed.")
@click.option("--record", "record_folder", type=FOLDER, help="Write each call's transcript and sound here.")
@click.option("--truth", "truths", multiple=True, callback=_truths, help="NAME=VALUE, where Twilio documents none.")
@click.option("--events", type=click.Path(path_type=Path), help="Write every event here, one JSON object a line.")
def serve(port: int, events: Path | None, **about: Any) -> None:
    """Stay, and let people phone over HTTP: see docs/simulator.md."""
    server = _server(port, events, about)
    server.start()
    click.echo(f"listening on {server.url}")
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    stopped.wait()
    server.close()


@main.command()
@click.option("--voice-url", required=True, help="The application: fetched when the call comes in.")
@click.option("--script", "script_file", type=FILE, required=True, help="Who phones and what they do: YAML or JSON.")
@click.option("--status-url", help="Told when the call ends.")
@click.option("--fallback-url", help="Fetched when the application fails.")
@click.option("--port", default=4010, help="Where the application finds REST (127.0.0.1); 0 takes a free port.")
@click.option("--account-sid", default=ACCOUNT_SID, help="The account that REST requests must name.")
@click.option(
    "--auth-token",
    envvar=["SIMULATOR_AUTH_TOKEN", "TWILIO_AUTH_TOKEN"],
    default=AUTH_TOKEN,
    help="Signs webhooks; REST's password.",
)
@click.option("--number", default=NUMBER, help="The application's own number.")
@click.option(
    "--time",
    type=click.Choice(["real", "stepped"]),
    default="real",
    help="Stepped: as fast as it goes, the same each time.",
)
@click.option("--start", type=click.DateTime(), callback=_utc, default=_START, help="When stepped time begins, in UTC.")
@click.option("--seed", default=0, help="Of SIDs and tokens in stepped time.")
@click.option("--speed", default=1.0, help="Everything happens so many times faster.")
@click.option("--talk-speed", default=1.0, help="What the application says is so many times shorter.")
@click.option("--voice", default="none", help="Who speaks written words: none, or espeak-ng where it is installed.")
@click.option("--record", "record_folder", type=FOLDER, help="Write each call's transcript and sound here.")
@click.option("--truth", "truths", multiple=True, callback=_truths, help="NAME=VALUE, where Twilio documents none.")
@click.option("--seconds", default=120.0, help="So long everything may take: real seconds, or those of stepped time.")
@click.option("--settle-seconds", default=1.0, help="So long the application may call somebody after the last call.")
def call(script_file: Path, port: int, seconds: float, settle_seconds: float, **about: Any) -> None:
    """One scripted call: shows what was said on both sides. Exit 0: it went as the script has it, 1: it did not."""
    try:
        script = read_script(script_file)
    except BadScript as error:
        click.echo(error, err=True)
        sys.exit(2)
    with _server(port, None, about) as server:
        lines = Lines(server.network.config.events_speed)
        outcome = play(
            NetworkClient(server.url),
            script,
            seconds=seconds,
            settle_seconds=settle_seconds,
            show=lambda event: click.echo(lines.of(event), nl=False),
        )
    for problem in outcome.problems:
        click.echo(f"FAILED: {problem}")
    sys.exit(1 if outcome.problems else 0)


def _server(port: int, events: Path | None, about: dict[str, Any]) -> NetworkServer:
    try:
        return NetworkServer(NetworkConfig(**about), port, events)
    except (NoVoice, OSError) as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main()
