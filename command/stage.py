"""The whole system on this machine, with the stand-in phone network in place of a carrier: for demo and tests."""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

import yaml

from callqueue.agents import AgentState, add_agent, move_agent
from command.check import fallback_document, site_languages
from command.fallback_page import FallbackPage
from command.supervisor import Supervisor, barocall, free_port, redis_command
from settings import Settings
from simulator.client import NetworkClient
from store.database import Store
from store.migrate import migrate

ACCOUNT_SID = "AC" + "ba70ca11" * 4
AUTH_TOKEN = "stand-in-secret"  # noqa: S105 -- signs nothing outside this machine
PHONE_NUMBER = "+82215550100"
FALLBACK_NUMBER = "+82215550199"


@dataclass(frozen=True)
class Staff:
    """An agent on the stage; `picks_up`: what the phone does when it rings."""

    name: str
    phone: str
    skills: tuple[str, ...]


class Stage:
    """Use as a context. Redis, network, voice, media (where we hear ourselves), worker and sweep run as processes
    of their own."""

    def __init__(
        self,
        folder: Path,
        menu: str,
        *,
        speed: float = 1.0,
        talk_speed: float = 1.0,
        record: Path | None = None,
        say: Callable[[str], None] = lambda _: None,
        workers: int = 1,
        **settings: str,
    ) -> None:
        self.folder = folder
        self._menu = menu
        self._speed = speed
        self._talk_speed = talk_speed
        self._record = record
        self._workers = workers
        self._supervisor = Supervisor(folder / "log", say=say)
        ports = {name: str(free_port()) for name in ("voice", "media", "redis", "network")}
        self._ports = ports
        self._given = {
            "PUBLIC_URL": f"http://127.0.0.1:{ports['voice']}",
            "MEDIA_URL": f"ws://127.0.0.1:{ports['media']}/media",
            "TWILIO_API_URL": f"http://127.0.0.1:{ports['network']}",
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "PHONE_NUMBER": PHONE_NUMBER,
            "FALLBACK_NUMBER": FALLBACK_NUMBER,
            "DATABASE_URL": f"sqlite:///{folder / 'barocall.sqlite3'}",
            "REDIS_URL": f"redis://127.0.0.1:{ports['redis']}/0",
            "MENU_FILE": str(folder / "menus.yaml"),
            "VOICE_PORT": ports["voice"],
            "MEDIA_PORT": ports["media"],
            # A demo may be watched at night.
            "QUIET_HOURS": "none",
            **settings,
        }
        self.settings = Settings.from_env(self._given)
        self.network = NetworkClient(f"http://127.0.0.1:{ports['network']}")
        self.store = Store(self.settings.database_url)

    def __enter__(self) -> "Stage":
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        (self.folder / "menus.yaml").write_text(self._menu, encoding="utf-8")
        migrate(self.settings.database_url)
        self._fallback = FallbackPage(fallback_document(FALLBACK_NUMBER, site_languages(self.settings)))
        self._fallback.__enter__()
        self._supervisor.__enter__()
        try:
            self._start()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        self.store.close()

    def _close(self) -> None:
        self._supervisor.stop()
        self._fallback.__exit__()

    def hire(self, staff: Iterable[Staff], *, hint: str = "1번을 눌러") -> None:
        """Agents at work; their phones accept what is whispered once they hear the hint."""
        now = datetime.now(UTC)
        accept = [{"waits_for": hint, "within_seconds": 30}, {"presses": "1"}, {"stays": True}]
        for agent in staff:
            self.network.person(agent.phone, name=agent.name, answers_after_seconds=0.5, steps=accept)
            with self.store.write() as tx:
                agent_id = add_agent(tx, name=agent.name, phone=agent.phone, skills=agent.skills, now=now)
                move_agent(tx, agent_id, AgentState.READY, now=now, reason="comes to work")

    def kill(self, name: str) -> None:
        """SIGKILL one of the processes; it is started again."""
        self._supervisor.kill(name)

    def wipe_redis(self) -> None:
        """SIGKILL Redis and lose its file: it comes back empty."""
        self._supervisor.kill("redis")
        for file in self._redis_folder.iterdir():
            file.unlink()

    def pid(self, name: str) -> int:
        """Of a process as it runs now. Raises ProcessLookupError for one that has never been started."""
        return self._supervisor.pid(name)

    @property
    def worker_names(self) -> tuple[str, ...]:
        return ("worker", *(f"worker-{number}" for number in range(2, self._workers + 1)))

    @property
    def _redis_folder(self) -> Path:
        return self.folder / "redis"

    def _start(self) -> None:
        environ = {**os.environ, **self._given, "PYTHONUNBUFFERED": "1", "SIMULATOR_AUTH_TOKEN": AUTH_TOKEN}
        start = self._supervisor.start
        redis_port, network_port = int(self._ports["redis"]), int(self._ports["network"])
        start("redis", redis_command(redis_port, self._redis_folder), environ, port=redis_port)
        start("network", self._network_command(), environ, port=network_port)
        if self.settings.recogniser == "vosk":
            start("media", barocall("serve", "media"), environ, port=self.settings.media_port, healthz=True)
        start("voice", barocall("serve", "voice"), environ, port=self.settings.voice_port, healthz=True)
        self._supervisor.wait_ready("redis")
        for name in self.worker_names:
            start(name, barocall("worker"), environ)
        start("sweep", barocall("sweep"), environ)
        self._supervisor.wait_ready()

    def _network_command(self) -> list[str]:
        public = self.settings.public_url
        return [
            *(barocall()[0] + "-simulator", "serve"),
            *("--port", self._ports["network"]),
            *("--account-sid", ACCOUNT_SID),
            *("--number", PHONE_NUMBER),
            *("--voice-url", f"{public}/voice/answer"),
            *("--status-url", f"{public}/voice/status"),
            *("--fallback-url", self._fallback.url),
            *("--calls-per-second", str(self.settings.calls_per_second / self._speed)),
            *("--speed", str(self._speed)),
            *("--talk-speed", str(self._talk_speed)),
            *("--events", str(self.folder / "network.jsonl")),
            *(() if self._record is None else ("--record", str(self._record))),
        ]


def open_at_any_hour(menu: str) -> str:
    """The same menu with `hours: always`: a demo is watched when there is time for it."""
    return _with_values(menu, "hours", "always")


def spoken(menu: str) -> str:
    """The same menu without recordings: a script waits for words, and the files lie elsewhere."""
    return _with_values(menu, "recordings", "{}")


def _with_values(menu: str, key: str, value: str) -> str:
    """`value` wherever the key stands; all else as it was written."""
    spans = sorted(_values(yaml.compose(menu, Loader=yaml.SafeLoader), key), reverse=True)
    for begin, end in spans:
        written = menu[begin:end]
        menu = f"{menu[:begin]}{value}{written[len(written.rstrip()) :]}{menu[end:]}"
    return menu


def _values(node: yaml.Node | None, wanted: str) -> Iterator[tuple[int, int]]:
    """Where each value of the key begins and ends in the text."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == wanted:
                yield value.start_mark.index, value.end_mark.index
            else:
                yield from _values(value, wanted)
