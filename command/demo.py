"""`barocall demo`: three whole calls through the real product, told as they happen."""

import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.status import Status
from rich.table import Table
from sqlalchemy import Select, func, select

from command.stage import Staff, Stage, open_at_any_hour
from command.supervisor import NotReady
from simulator.client import Event, TimedOut
from store.tables import agents, attempts, callbacks, calls, cases, line_entries, utterances

FOLDER = Path("var/demo")
RECORDINGS = Path(__file__).parent / "recordings"
MENU = Path("menus.yaml")
SCENE_SECONDS = 60
SETTLE_SECONDS = 5
TALK_SPEED = 4.0

DELIVERY = Staff("상담원 지우", "+821090000001", ("delivery",))
TECH = Staff("상담원 서준", "+821090000002", ("tech",))
GENERAL = Staff("상담원 하은", "+821090000003", ("general",))
SAID = {
    "delivery": "배송 조회해 주세요",
    "tech": "홈페이지에 접속이 안 돼요",
    "yes": "네 맞습니다",
    "unclear": "(웅얼거림)",
    "unclear_again": "(웅얼거림)",
}


@dataclass
class Scene:
    """One told call and how it ended."""

    title: str
    caller: str
    number: str
    expected: str
    problems: list[str] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)


def run_demo(*, kill_worker: bool = False, keep: bool = False) -> int:
    """Exit status: 0 only if each call ended as told."""
    console = Console(highlight=False)
    # A shell that starts us in the background has SIGINT ignored; whoever sends it means it.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    folder = FOLDER if not keep else FOLDER.with_name(f"demo-{int(time.time())}")
    began = time.monotonic()
    stage = Stage(
        folder.absolute(),
        open_at_any_hour(MENU.read_text(encoding="utf-8")),
        talk_speed=TALK_SPEED,
        say=lambda text: console.print(f"          [dim]{text}[/dim]"),
        WRAP_LIMIT_SECONDS="1",
        HOLD_SECONDS="8",
        NO_INPUT_SECONDS="4",
    )
    try:
        with console.status("starting Redis, network, voice, media, worker, sweep …") as progress, stage:
            console.print(f"All parts run (logs: {folder}/log). The phone network is a stand-in; hearing is real.")
            scenes = Demo(stage, console, progress).play(kill_worker=kill_worker)
    except KeyboardInterrupt:
        console.print("Stopped; nothing is left running.")
        return 130
    except (NotReady, TimedOut, FileNotFoundError) as error:
        console.print(f"[red]The demo did not come to its end:[/red] {error}\nLogs: {folder}/log")
        return 1
    _summary(console, scenes, time.monotonic() - began)
    return 0 if not any(scene.problems for scene in scenes) else 1


class Demo:
    def __init__(self, stage: Stage, console: Console, progress: Status) -> None:
        self._stage = stage
        self._network = stage.network
        self._progress = progress
        self._teller = Teller(stage, console)
        self._console = console

    def play(self, *, kill_worker: bool) -> list[Scene]:
        self._stage.hire([DELIVERY, TECH, GENERAL])
        with self._teller:
            return [self._clear_request(), self._long_line(kill_worker=kill_worker), self._unclear_speech()]

    # (a)

    def _clear_request(self) -> Scene:
        scene = Scene("a  clear request, agent free", "민준", "+821012340001", "in conversation, no transfer")
        self._announce(scene)
        sid = self._network.call(
            scene.number,
            name=scene.caller,
            steps=[
                {"waits_for": "무엇을 도와드릴까요"},
                {"waits_seconds": 1.5},
                {"says": str(RECORDINGS / "delivery.wav")},
                {"waits_to_talk": True},
                {"waits_seconds": 2},
                {"hangs_up": True},
            ],
        )
        self._ended(sid)
        self._check_served(scene, sid, "delivery", DELIVERY)
        return scene

    # (b)

    def _long_line(self, *, kill_worker: bool) -> Scene:
        scene = Scene("b  long line, callback", "서연", "+821012340002", "called back once, connected")
        self._announce(scene)
        talking = self._network.call(
            "+821012340011", name="앞 고객 1", steps=[{"waits_for": "무엇을"}, {"presses": "4"}]
        )
        self._until(lambda e: e["kind"] == "joined_conference" and e["call"] == talking)
        waiting = self._network.call(
            "+821012340012",
            name="앞 고객 2",
            steps=[
                {"waits_for": "무엇을"},
                {"presses": "4"},
                {"waits_for": "전화를 원하시면"},
                {"presses": "2"},
                {"waits_to_talk": True},
                {"waits_seconds": 2},
                {"hangs_up": True},
            ],
        )
        self._until(lambda e: e["kind"] == "pressed" and e["call"] == waiting and e["digits"] == "2")
        yes = {"says": str(RECORDINGS / "yes.wav")}
        sid = self._network.call(
            scene.number,
            name=scene.caller,
            steps=[
                {"waits_for": "무엇을"},
                {"waits_seconds": 1.5},
                {"says": str(RECORDINGS / "tech.wav")},
                {"waits_for": "전화를 원하시면"},
                {"waits_seconds": 2},
                yes,
                {"waits_for": "번으로 전화를"},
                {"waits_seconds": 2},
                yes,
                {"stays": True},
            ],
        )
        self._ended(sid)
        self._network.person(
            scene.number,
            name=scene.caller,
            answers_after_seconds=1,
            steps=[
                {"waits_for": "1번을 눌러"},
                {"presses": "1"},
                {"waits_to_talk": True},
                {"waits_seconds": 2},
                {"hangs_up": True},
            ],
        )
        self._network.go_on(talking, {"hangs_up": True})
        if kill_worker:
            self._ended(waiting)
            self._console.print("          [red]the worker is killed (SIGKILL)[/red]")
            self._stage.kill("worker")
        self._until(lambda e: e["kind"] == "ended" and e["number"] == scene.number and e["call"] != sid)
        self._check_called_back(scene)
        return scene

    # (c)

    def _unclear_speech(self) -> Scene:
        scene = Scene("c  unclear speech, keys", "도윤", "+821012340003", "asked again, keys, a person")
        self._announce(scene)
        sid = self._network.call(
            scene.number,
            name=scene.caller,
            steps=[
                {"waits_for": "무엇을"},
                {"waits_seconds": 1.5},
                {"says": str(RECORDINGS / "unclear.wav")},
                {"waits_for": "다시 한번"},
                {"waits_seconds": 2},
                {"says": str(RECORDINGS / "unclear_again.wav")},
                {"waits_for": "번호로 안내"},
                {"waits_seconds": 3},
                {"presses": "0"},
                {"waits_to_talk": True},
                {"waits_seconds": 2},
                {"hangs_up": True},
            ],
        )
        self._ended(sid)
        self._check_served(scene, sid, "agent", GENERAL)
        heard = self._decisions(sid)
        if heard != ["ask", "keys"]:
            scene.problems.append(f"decisions were {heard}, not ask again, then keys")
        return scene

    # What has to be true in the end

    def _check_served(self, scene: Scene, sid: str, department: str, agent: Staff) -> None:
        self._until_sql(select(cases.c.closed_at).join(calls, calls.c.case_id == cases.c.id).where(calls.c.sid == sid))
        with self._stage.store.read() as tx:
            row = tx.execute(
                select(cases.c.outcome, line_entries.c.department, agents.c.name, calls.c.words)
                .select_from(calls)
                .join(cases, cases.c.id == calls.c.case_id)
                .join(line_entries, line_entries.c.call_id == calls.c.id, isouter=True)
                .join(agents, agents.c.id == line_entries.c.agent_id, isouter=True)
                .where(calls.c.sid == sid)
            ).first()
        found = None if row is None else tuple(row)[:3]
        wanted = ("served", department, agent.name)
        if found != wanted:
            scene.problems.append(f"expected {wanted}, found {found}")
        together = self._conversations(sid)
        if together != 1:
            scene.problems.append(f"the caller was in {together} conversations instead of 1")
        scene.facts = {"department": department, "agent": agent.name, "words": row.words if row else ""}

    def _check_called_back(self, scene: Scene) -> None:
        self._until_sql(select(callbacks.c.ended_at).where(callbacks.c.number == scene.number))
        with self._stage.store.read() as tx:
            row = tx.execute(select(callbacks).where(callbacks.c.number == scene.number)).first()
            tries = 0
            if row is not None:
                tries = tx.execute(
                    select(func.count()).select_from(attempts).where(attempts.c.callback_id == row.id)
                ).scalar_one()
        state = None if row is None else row.state
        if state != "kept":
            scene.problems.append(f"the promise is {state}, not kept")
        dialled = [e for e in self._network.events() if e["kind"] == "ordered" and e["to"] == scene.number]
        if len(dialled) != 1:
            scene.problems.append(f"the caller was rung {len(dialled)} times instead of once")
        if "tech" not in [e.get("audio") for e in self._network.events()]:
            scene.problems.append("the caller was never heard")
        scene.facts = {"attempts": str(tries), "rung": str(len(dialled)), "words": row.words if row else ""}

    def _conversations(self, sid: str) -> int:
        return sum(e["kind"] == "joined_conference" and e["call"] == sid for e in self._network.events())

    def _decisions(self, sid: str) -> list[str]:
        with self._stage.store.read() as tx:
            decided = select(utterances.c.decision).join(calls, calls.c.id == utterances.c.call_id)
            return list(tx.execute(decided.where(calls.c.sid == sid).order_by(utterances.c.id)).scalars())

    def _announce(self, scene: Scene) -> None:
        self._progress.update(f"call {'abc'.index(scene.title[0]) + 1} of 3: {scene.title[1:].strip()}")
        self._console.print(f"\n[bold]({scene.title[0]}) {scene.title[1:].strip()}[/bold]  expected: {scene.expected}")

    def _ended(self, sid: str) -> None:
        self._until(lambda e: e["kind"] == "ended" and e["call"] == sid)

    def _until_sql(self, query: "Select[tuple[datetime | None]]") -> None:
        """The network hears of an end before our webhook has written it down."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < deadline:
            with self._stage.store.read() as tx:
                if tx.execute(query).scalar() is not None:
                    return
            time.sleep(0.05)

    def _until(self, wanted: Callable[[Event], bool]) -> None:
        self._network.wait_for(wanted, SCENE_SECONDS)


class Teller:
    """Tells what happens, line by line, in a thread of its own: the network's events, and what SQL says was heard."""

    def __init__(self, stage: Stage, console: Console) -> None:
        self._stage = stage
        self._console = console
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._tell, name="teller", daemon=True)
        self._utterance = 0
        self._move = 0

    def __enter__(self) -> "Teller":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join(timeout=5)

    def _tell(self) -> None:
        after = 0
        while True:
            events = self._stage.network.events(after, 0.3)
            self._tell_heard()
            for event in events:
                after = event["n"]
                self._tell_event(event)
            if self._done.is_set() and not events:
                return

    def _tell_event(self, event: Event) -> None:
        line = _LINES.get(event["kind"])
        told = None if line is None else line(event)
        if told is not None:
            self._print(event["seconds"], told)

    def _tell_heard(self) -> None:
        with self._stage.store.read() as tx:
            rows = tx.execute(
                select(utterances).where(utterances.c.id > self._utterance).order_by(utterances.c.id)
            ).all()
        for row in rows:
            self._utterance = row.id
            meaning = row.meaning or "nothing"
            self._print(
                None,
                f"      [cyan]heard[/cyan] “{row.words}” → {meaning} {row.probability:.2f} → {row.decision}",
            )

    def _print(self, seconds: float | None, text: str) -> None:
        clock = " " * 8 if seconds is None else f"{seconds:6.1f} s"
        # Plain lines are left whole; a terminal wraps them itself.
        self._console.print(f"{clock}  {text}", soft_wrap=True)


def _said(event: Event) -> str:
    label = str(event.get("text", event.get("audio")))
    return SAID.get(label, label)


def _said_by_app(event: Event) -> str:
    return f"   {event['name']} hears: “{event['text']}”"


def _ended(event: Event) -> str:
    return f"{event['name']}: call ended ({event['status']})"


_LINES: dict[str, Callable[[Event], str | None]] = {
    "dialled": lambda e: f"[bold]{e['name']}[/bold] phones {e['to']}",
    "ordered": lambda e: f"[magenta]worker[/magenta] has {e['name']} rung",
    "answered": lambda e: f"{e['name']} answers",
    "said_by_app": _said_by_app,
    "said_by_person": lambda e: f"   {e['name']} says: “{_said(e)}”",
    "pressed": lambda e: f"   {e['name']} presses {e['digits']}",
    "joined_conference": lambda e: f"[green]{e['name']} is in the conversation[/green]",
    "hung_up": lambda e: f"{e['name']} hangs up",
    "gave_up": lambda e: f"[red]{e['name']} waited in vain for “{e['waiting_for']}”[/red]",
    "stream_error": lambda e: f"[red]media stream: {e['message']}[/red]",
    "error": lambda e: f"[red]error {e['code']}: {e['message']}[/red]",
    "ended": _ended,
}


def _summary(console: Console, scenes: list[Scene], seconds: float) -> None:
    table = Table(title=f"Three calls in {seconds:.0f} s")
    for head in ("call", "caller", "expected", "result", "facts"):
        table.add_column(head)
    for scene in scenes:
        result = "[green]as told[/green]" if not scene.problems else "[red]" + "; ".join(scene.problems) + "[/red]"
        facts = ", ".join(f"{name}: {value}" for name, value in scene.facts.items())
        table.add_row(scene.title, scene.caller, scene.expected, result, facts)
    console.print()
    console.print(table)
