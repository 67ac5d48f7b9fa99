"""`barocall-simulator`: the stand-in phone network as a program."""

import signal
import threading
from datetime import UTC, datetime
from pathlib import Path

import click

from simulator.config import START, NetworkConfig
from simulator.server import NetworkServer

_START = START.strftime("%Y-%m-%dT%H:%M:%S")


def _utc(_context: click.Context, _option: click.Parameter, date: datetime) -> datetime:
    return date.replace(tzinfo=UTC)


@click.command(context_settings={"show_default": True})
@click.option("--port", default=4010, help="Where the network listens (127.0.0.1); 0 takes a free port.")
@click.option("--account-sid", default="AC" + "0" * 32, help="The account that REST requests must name.")
@click.option("--auth-token", envvar="SIMULATOR_AUTH_TOKEN", required=True, help="Signs webhooks; REST's password.")
@click.option("--number", default="+82215550100", help="The application's own number.")
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
@click.option("--stream-survives-update/--stream-ends-at-update", default=True, help="Does REST end media streams?")
@click.option("--events", type=click.Path(path_type=Path), help="Write every event here, one JSON object a line.")
def main(port: int, events: Path | None, **about: object) -> None:
    """A stand-in phone network that speaks Twilio's protocols: signed webhooks, TwiML, media streams, REST.

    People are put on the line over HTTP: see docs/simulator.md.
    """
    server = NetworkServer(NetworkConfig(**about), port, events)  # type: ignore[arg-type]
    server.start()
    click.echo(f"listening on {server.url}")
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    stopped.wait()
    server.close()


if __name__ == "__main__":
    main()
