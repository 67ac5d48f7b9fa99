"""`barocall call`: somebody phones a menu, from a script, through the whole product."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from command.environment import language
from command.examples import FILE, read_menu
from command.menu_files import say
from command.runs import folder_of_its_own

if TYPE_CHECKING:
    from command.stage import Staff
    from ivr.menu.model import Menu
    from simulator.scripts import CallScript
    from store.database import Store

OUTCOMES = {
    "served": "상담함",
    "abandoned": "기다리다 끊음",
    "left": "끊음",
    "not promised": "콜백 없이 끝남",
    "open": "끝나지 않음",
}
FOLDER = Path("var/call")
"""Each run has a folder of its own in here, and the last few are kept."""
TALK_SPEED = 4.0
SETTLE_SECONDS = 4.0
"""The sweep looks every two seconds for work that was lost, a promised call among it."""
HEARS = {
    "vosk": ("recognising recordings", "녹음을 인식해서"),
    "twilio": ("the words that the script tells", "적힌 말을 그대로"),
}
AGENT_PHONE = "+8210900000{:02d}"


@click.command("call")
@click.argument("script_file", metavar="SCRIPT", type=FILE)
@click.option("--menu", "menu_file", type=FILE, default="menus.yaml", show_default=True, help="The menu to call.")
@click.option("--agents", default=1, show_default=True, help="So many agents at work, each for every department.")
@click.option("--hours", is_flag=True, help="Keep the menu's opening hours; without this every department is open.")
@click.option("--record", type=click.Path(file_okay=False, path_type=Path), help="Write transcript and sound here.")
@click.option("--seconds", default=180.0, show_default=True, help="So long everything may take.")
def call(script_file: Path, menu_file: Path, agents: int, hours: bool, record: Path | None, seconds: float) -> None:
    """Have SCRIPT's caller phone a menu, a draft for one, and show what was heard, understood and decided.

    SCRIPT is YAML: who phones and what they do (docs/simulator.md). Written words (says_text) reach the menu as they
    stand; recordings (says) are recognised as in a true call. Exit 0: it went as the script has it, 1: it did not.
    """
    from simulator.scripts import BadScript, read_script

    menu = read_menu(menu_file)
    try:
        script = read_script(script_file)
    except BadScript as error:
        click.echo(error, err=True)
        sys.exit(2)
    with folder_of_its_own(FOLDER.absolute(), datetime.now(UTC).astimezone()) as folder:
        status = _play(folder, script, menu, _draft(menu_file, hours=hours), agents, record, seconds)
    sys.exit(status)


def _play(
    folder: Path, script: "CallScript", menu: "Menu", source: str, agents: int, record: Path | None, seconds: float
) -> int:
    from command.stage import Stage
    from command.supervisor import NotReady
    from ivr.words import LANGUAGES
    from simulator.client import TimedOut
    from simulator.one_call import play

    hears = "vosk" if needs_sound(script) else "twilio"
    stage = Stage(
        folder,
        source,
        talk_speed=TALK_SPEED,
        record=None if record is None else record.absolute(),
        RECOGNISER=hears,
        ENGLISH_RECOGNISER="twilio",
    )
    english, korean = HEARS[hears]
    starting = f"Starting barocall with this menu; it hears by {english} …"
    click.echo(say(starting, f"이 메뉴로 바로콜을 켭니다. 고객의 말은 {korean} 듣습니다 …"), err=True)
    try:
        with stage:
            stage.hire(_staff(menu, agents), hint=LANGUAGES[menu.language].accept_hint())
            transcript = Transcript(stage.store)
            outcome = play(stage.network, script, seconds=seconds, settle_seconds=SETTLE_SECONDS, show=transcript.show)
            transcript.show_understood()
            for text in (*_ends(stage.store, outcome.sid), *(_failed(problem) for problem in outcome.problems)):
                click.echo(text)
    except (NotReady, TimedOut) as error:
        failed = say("The call could not be made", "전화를 걸지 못했습니다")
        click.echo(f"{failed}: {error}\n{say('Logs', '기록')}: {folder}/log", err=True)
        return 1
    return 1 if outcome.problems else 0


def needs_sound(script: "CallScript") -> bool:
    """Whether somebody says a recording whose words the script does not tell."""
    people = (script.caller, *script.people)
    return any(
        "text" not in step and {"says", "says_base64"} & step.keys() for about in people for step in about["steps"]
    )


def _draft(path: Path, *, hours: bool) -> str:
    from command.stage import open_at_any_hour, spoken

    source = spoken(path.read_text(encoding="utf-8"))
    return source if hours else open_at_any_hour(source)


def _staff(menu: "Menu", agents: int) -> Iterator["Staff"]:
    """Each can serve every department."""
    from command.stage import Staff

    skills = tuple(sorted({skill for department in menu.departments for skill in department.skills}))
    for number in range(1, agents + 1):
        yield Staff(f"agent {number}", AGENT_PHONE.format(number), skills)


# What is shown


class Transcript:
    """Each event as it happens, our own webhooks left out, and before it what barocall understood meanwhile."""

    def __init__(self, store: "Store") -> None:
        self._store = store
        self._began: datetime | None = None
        self._seen = 0

    def show(self, event: dict[str, Any]) -> None:
        from simulator.transcript import NOT_SHOWN, told

        at = datetime.fromisoformat(event["at"])
        self._began = self._began or at
        self.show_understood()
        if event["kind"] not in NOT_SHOWN | {"webhook", "recognised"}:
            self._line(at, told(event, language()))

    def show_understood(self) -> None:
        """What barocall heard, took it for, and did."""
        from sqlalchemy import select

        from store.tables import utterances

        with self._store.read() as tx:
            rows = tx.execute(select(utterances).where(utterances.c.id > self._seen).order_by(utterances.c.id)).all()
        for row in rows:
            self._seen = row.id
            meaning = f"{row.meaning} {row.probability:.2f}" if row.meaning else say("nothing", "알 수 없음")
            heard = say("barocall heard", "바로콜이 들은 말:")
            self._line(row.at, f"      {heard} “{row.words}” → {meaning} → {row.decision}")

    def _line(self, at: datetime, text: str) -> None:
        click.echo(f"{(at - (self._began or at)).total_seconds():7.1f} {say('s', '초')}  {text}")


def _failed(problem: str) -> str:
    return say(f"FAILED: {problem}", f"실패: {problem}")


def _ends(store: "Store", sid: str) -> Iterator[str]:
    """Where the caller ended: department, agent, promise."""
    from sqlalchemy import select

    from console.text import state_name
    from store.tables import agents, callbacks, calls, cases, line_entries

    with store.read() as tx:
        row = tx.execute(
            select(calls.c.department, cases.c.outcome, agents.c.name, callbacks.c.state.label("promise"))
            .select_from(calls)
            .join(cases, cases.c.id == calls.c.case_id)
            .join(line_entries, line_entries.c.case_id == cases.c.id, isouter=True)
            .join(agents, agents.c.id == line_entries.c.agent_id, isouter=True)
            .join(callbacks, callbacks.c.case_id == cases.c.id, isouter=True)
            .where(calls.c.sid == sid)
            .order_by(line_entries.c.id.desc())
        ).first()
    if row is not None:
        yield say(f"Department: {row.department or 'none'}", f"부서: {row.department or '없음'}")
        ended = row.outcome or "open"
        yield say(
            f"Ended: {ended}" + (f", with {row.name}" if row.name else ""),
            f"결과: {OUTCOMES.get(ended, ended)}" + (f", 상담원 {row.name}" if row.name else ""),
        )
        if row.promise is not None:
            yield say(f"Callback: {row.promise}", f"콜백: {state_name('ko', row.promise)}")
