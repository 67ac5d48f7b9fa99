"""The menu language as tables: which keys stand where, who reads each, which must be there.

A key that has no line here is unknown; a key gets its line together with its behaviour, never before.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from callqueue.department import Announcements, ServiceLevel
from ivr.menu import forms, trials, values
from ivr.menu.field import Field, Fields, Help, named, read_fields
from ivr.menu.hours import ALWAYS, DAY_NAMES, Span
from ivr.menu.languages import KNOWN_LANGUAGES, by_language, languages
from ivr.menu.overflow import department_names
from ivr.menu.recordings import read_recordings
from ivr.menu.source import Key, Problems, Value
from ivr.menu.values import Read
from ivr.menu.variables import ARRIVING, CLOSED, with_variables

MINUTE_SECONDS = 60.0
HOLD_MUSIC = "/static/hold.wav"
OFFER_CALLBACK_ABOVE_SECONDS = 180.0

_DEPARTMENT_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")


def _group(name: str) -> Read:
    return lambda value, problems: read_fields(value, FIELDS[name], name, problems)


def _departments(value: Value, problems: Problems) -> dict[Key, Fields] | None:
    each = (named(value, problems, "departments") or {}).items()
    return {key: found for key, inner in each if (found := _department(key, inner, problems)) is not None} or None


def _department(key: Key, value: Value | None, problems: Problems) -> Fields | None:
    if not _DEPARTMENT_ID.fullmatch(key.text):
        problems.add(key.place, f'"{key.text}": a department is named in small letters here, like billing')
    return None if value is None else read_fields(value, FIELDS["department"], f'department "{key.text}"', problems)


def _menus(value: Value, problems: Problems) -> dict[Key, Fields]:
    read = {}
    for key, inner in (named(value, problems, "menus") or {}).items():
        if not _DEPARTMENT_ID.fullmatch(key.text):
            problems.add(key.place, f'"{key.text}": a menu is named in small letters here, like payments')
        found = None if inner is None else read_fields(inner, FIELDS["submenu"], f'menu "{key.text}"', problems)
        if found is not None:
            read[key] = found
    return read


def _tests(value: Value, problems: Problems) -> tuple[Fields, ...] | None:
    if not isinstance(value.data, list):
        problems.add(
            value.place, "a list of tests is expected, each with a dash: `- {said: 배송 조회, ends: delivery}`"
        )
        return None
    read = [read_fields(one, FIELDS["test"], "test", problems) for one in value.data]
    return tuple(one for one in read if one is not None)


def _anything(value: Value, _problems: Problems) -> Value:
    """Looked at when the whole file is read."""
    return value


@dataclass(frozen=True)
class CallbackPolicy:
    """When a callback is offered because of a long line, and whose phone rings first when it is kept."""

    above_seconds: float | None = OFFER_CALLBACK_ABOVE_SECONDS
    """None: never."""
    first: Literal["agent", "caller"] = "agent"
    slot_minutes: int = 30
    per_slot: int = 3


def _callback(value: Value, problems: Problems) -> CallbackPolicy:
    if value.data == "never":
        return CallbackPolicy(above_seconds=None)
    if not isinstance(value.data, dict):
        problems.add(value.place, 'callback is "never", or has a limit: `above_minutes: 3`')
        return CallbackPolicy()
    read = read_fields(value, FIELDS["callback"], "callback", problems)
    if read is None or None in read.values():
        return CallbackPolicy()
    return CallbackPolicy(read["above_minutes"] * MINUTE_SECONDS, read["first"], read["slot_minutes"], read["per_slot"])


def _announcements(value: Value, problems: Problems) -> Announcements | None:
    """How those who wait are told again where they stand."""
    if value.data == "never":
        return Announcements(every_seconds=None)
    if not isinstance(value.data, dict):
        problems.add(value.place, 'announcements are "never", or have their own keys: `every_seconds: 90`')
        return None
    read = read_fields(value, FIELDS["announcements"], "announcements", problems)
    if read is None or None in read.values():
        return None
    return Announcements(read["every_seconds"], read["position_up_to"])


def _service_level(value: Value, problems: Problems) -> ServiceLevel | None:
    read = read_fields(value, FIELDS["service_level"], "service_level", problems)
    return None if read is None or None in read.values() else ServiceLevel(read["percent"], read["within_seconds"])


def _hours(value: Value, problems: Problems) -> tuple[Span | None, ...] | None:
    """Monday first; None for a day on which it is closed."""
    if value.data == "always":
        return ALWAYS
    if not isinstance(value.data, dict):
        problems.add(value.place, 'hours are "always", or given by days: `weekdays: "09:00-18:00"`')
        return None
    mistakes = len(problems.found)
    read = read_fields(value, FIELDS["hours"], "hours", problems)
    if read is None or len(problems.found) > mistakes:
        return None
    days = _each_day(read)
    if not any(days):
        problems.add(value.place, "with these hours the department never opens")
    return days


def _one_day(name: str) -> Field:
    told = Help("This day by itself; it wins over `weekdays`.", "이 요일만 따로 정합니다. weekdays보다 앞섭니다.")
    return Field(values.span, forms.SPAN, told, example="closed" if name == "wed" else '"09:00-18:00"')


def _each_day(read: Mapping[str, Any]) -> tuple[Span | None, ...]:
    """A day named by itself wins over `weekdays`, `saturday` and `sunday`."""
    common = [read["weekdays"]] * 5 + [read["saturday"], read["sunday"]]
    days = [read[name] or shared for name, shared in zip(DAY_NAMES, common, strict=True)]
    return tuple(None if day == "closed" else day for day in days)


FIELDS: dict[str, dict[str, Field]] = {
    "menu file": {
        "site": Field(
            _group("site"),
            forms.table("site"),
            Help("Who answers, in which languages.", "누가, 어떤 언어로 전화를 받는지 적습니다."),
            required=True,
            example="{name: 바로샵}",
        ),
        "notices": Field(
            _group("notices"),
            forms.table("notices"),
            Help("Spoken before the question, in this order.", "질문 전에 이 순서대로 들려줍니다."),
            default={},
            example="{charge: 통화료는 발신자가 부담합니다.}",
        ),
        "menu": Field(
            _group("menu"),
            forms.table("menu"),
            Help("The first question.", "첫 질문입니다."),
            required=True,
            example='{question: "무엇을 도와드릴까요?", examples: 배송 조회처럼 말씀해 주세요.}',
        ),
        "menus": Field(
            _menus,
            forms.by_name(
                forms.table("submenu"), "menus, each under a name of its own", "메뉴들. 각각 이름 아래에 적습니다"
            ),
            Help(
                "Groups of keys, where there are more departments than keys. Who speaks needs none of them.",
                "부서가 번호보다 많을 때 번호를 묶습니다. 말로 하는 고객은 거치지 않습니다.",
            ),
            default={},
            example='{payments: {name: 요금, key: "1"}}',
        ),
        "departments": Field(
            _departments,
            forms.by_name(
                forms.table("department"),
                "departments, each under a name of its own in small letters",
                "부서들. 각각 영어 소문자로 된 이름 아래에 적습니다",
            ),
            Help("Where callers can be put through.", "고객을 연결할 수 있는 부서들입니다."),
            required=True,
            example="{agent: {…}}",
        ),
        "recordings": Field(
            read_recordings,
            forms.by_file(forms.TEXT, "files, each with the sentence that it says", "파일과 그 파일이 말하는 문장"),
            Help(
                "Sentences that are played in a recorded voice, each written exactly as it is said, from end to end.",
                "녹음한 목소리로 들려줄 문장입니다. 안내하는 문장을 통째로, 글자 그대로 적습니다.",
            ),
            default={},
            example='{audio/question.wav: "무엇을 도와드릴까요?"}',
        ),
        "review_by": Field(
            values.one_date,
            forms.DATE,
            Help(
                "When somebody should look through the menu again. Afterwards `barocall menu check` reminds you.",
                "메뉴를 다시 살펴볼 날짜입니다. 지나면 `barocall menu check`가 알려 줍니다.",
            ),
            example="2027-03-31",
        ),
        "tests": Field(
            _tests,
            forms.list_of(forms.table("test")),
            Help(
                "Calls that are tried by `barocall menu test`, and before the menu is published.",
                "`barocall menu test`로, 그리고 공개하기 전에 걸어 보는 시험 통화입니다.",
            ),
            default=(),
            example='[{said: 택배가 안 왔어요, ends: delivery}, {pressed: "0", ends: agent}]',
        ),
        "ignore": Field(
            values.reasons,
            forms.by_name(forms.TEXT, "names of warnings, each with the reason", "경고 이름과 그 까닭"),
            Help(
                "Warnings that are switched off, each with a reason for whoever reads this next.",
                "끄려는 경고와, 다음 사람이 읽을 까닭입니다.",
            ),
            default={},
            example="{ars_charge: 080 번호라 통화료가 없습니다}",
        ),
    },
    "site": {
        "name": Field(
            by_language(values.name),
            forms.each_language(forms.TEXT),
            Help("Your name, as callers hear it.", "고객이 듣는 회사 이름입니다."),
            required=True,
            example="{ko: 바로샵 고객센터, en: Baroshop}",
        ),
        "languages": Field(
            languages,
            forms.LANGUAGES,
            Help(
                "Languages that callers are spoken to in, the first one first. With two, key 9 changes the language.",
                "안내하는 언어입니다. 맨 앞이 기본이고, 둘이면 9번으로 바꿉니다.",
            ),
            default=("ko",),
            default_written="[ko]",
            example="[ko, en]",
        ),
        "numbers": Field(
            values.numbers,
            forms.by_name(forms.LANGUAGE, "your numbers, each with its language", "우리 번호와 그 언어"),
            Help(
                "Numbers of yours that answer in another language than the first.",
                "기본이 아닌 언어로 받을 우리 쪽 전화번호입니다.",
            ),
            default={},
            example='{"+82255501990": en}',
        ),
        "time_zone": Field(
            values.time_zone,
            forms.TEXT,
            Help("In which all hours are meant.", "모든 시각의 기준입니다."),
            default="Asia/Seoul",
            default_written="Asia/Seoul",
            example="Asia/Seoul",
        ),
        "voice": Field(
            by_language(values.text),
            forms.each_language(forms.TEXT),
            Help("The carrier's voice that speaks.", "안내에 쓰는 통신사의 목소리입니다."),
            example="{ko: Polly.Seoyeon, en: Polly.Joanna}",
        ),
        "callers": Field(
            values.callers,
            forms.by_name(forms.PRIORITY, "numbers, each with a priority", "전화번호와 우선순위"),
            Help(
                "Callers who are served before others, by number. The larger of this and the department's counts.",
                "먼저 받을 고객의 전화번호입니다. 부서의 우선순위와 견주어 큰 쪽을 따릅니다.",
            ),
            default={},
            example='{"+821012345678": 5}',
        ),
        "holidays": Field(
            values.country,
            forms.TEXT,
            Help(
                'The country whose public holidays are closed days; "none" for none.',
                "공휴일에 쉬는 나라입니다. none이면 공휴일에도 엽니다.",
            ),
            default="KR",
            default_written="KR",
            example="KR",
        ),
        "closed_on": Field(
            values.dates,
            forms.DATES,
            Help("Days on which everything is closed besides.", "그 밖에 모두 쉬는 날짜입니다."),
            default=(),
            example="[2026-12-31]",
        ),
        "open_on": Field(
            values.open_on,
            forms.by_name(forms.SPAN, "days, each with its hours", "날짜와 그날의 시간대"),
            Help(
                "Days with hours of their own: a holiday on which you work, an early close. "
                "`hours: always` stays always.",
                "시간이 따로 있는 날짜입니다. 공휴일에 열거나 일찍 닫는 날을 적습니다. always인 부서는 그대로 엽니다.",
            ),
            default=(),
            example='{2026-12-31: "09:00-12:00"}',
        ),
    },
    "notices": {
        "charge": Field(
            by_language(values.prompt),
            forms.each_language(forms.TEXT),
            Help("Who pays for the call.", "통화료를 누가 내는지 알립니다."),
            example="통화료는 발신자가 부담합니다.",
        ),
        "recording": Field(
            by_language(values.prompt),
            forms.each_language(forms.TEXT),
            Help("That the call may be recorded.", "통화가 녹음될 수 있음을 알립니다."),
            example="상담 내용은 녹음될 수 있습니다.",
        ),
        "abuse": Field(
            by_language(values.prompt),
            forms.each_language(forms.TEXT),
            Help("That agents are protected from abuse.", "상담원을 폭언에서 보호하는 안내입니다."),
            example="상담원에게 폭언을 하시면 상담이 중단될 수 있습니다.",
        ),
    },
    "menu": {
        "question": Field(
            by_language(values.prompt),
            forms.each_language(forms.TEXT),
            Help("What callers are asked.", "고객에게 묻는 말입니다."),
            required=True,
            example="무엇을 도와드릴까요?",
        ),
        "examples": Field(
            by_language(values.prompt),
            forms.each_language(forms.TEXT),
            Help(
                "Said when the first answer was not understood.",
                "첫 대답을 알아듣지 못했을 때 들려주는 보기입니다.",
            ),
            required=True,
            example="배송 조회, 요금 문의처럼 말씀해 주세요.",
        ),
    },
    "department": {
        "name": Field(
            by_language(values.name),
            forms.each_language(forms.TEXT),
            Help("As callers hear it.", "고객이 듣는 부서 이름입니다."),
            required=True,
            example="{ko: 배송, en: delivery}",
        ),
        "key": Field(
            values.key,
            forms.KEY,
            Help(
                'Pressed on the phone. "0" belongs to the way to a person; with two languages "9" changes them.',
                "전화기에서 누르는 번호입니다. 0은 상담원, 언어가 둘이면 9는 언어 바꾸기에 씁니다.",
            ),
            required=True,
            example='"2"',
        ),
        "in": Field(
            values.named_in_text,
            forms.TEXT,
            Help(
                "The menu whose key it has; by default the first question.",
                "번호가 속한 메뉴입니다. 적지 않으면 첫 질문의 번호입니다.",
            ),
            example="payments",
        ),
        "phrases": Field(
            by_language(values.phrases),
            forms.each_language(forms.TEXTS),
            Help(
                "What callers say who mean this department: about ten, in their words.",
                "이 부서를 찾는 고객이 하는 말입니다. 고객의 말투로 열 개쯤 적습니다.",
            ),
            required=True,
            example="[배송 조회, 택배가 안 왔어요]",
        ),
        "skills": Field(
            values.skills,
            forms.TEXTS,
            Help(
                "Agents who have one of these serve the department. By default its own name.",
                "이 가운데 하나라도 가진 상담원이 받습니다. 적지 않으면 부서의 영어 이름과 같습니다.",
            ),
            default=(),
            example="[billing]",
        ),
        "hours": Field(
            _hours,
            forms.either(forms.table("hours"), "always"),
            Help("When it is open.", "상담 시간입니다."),
            required=True,
            example='{weekdays: "09:00-18:00"}',
        ),
        "person": Field(
            values.boolean,
            forms.YES_NO,
            Help(
                "The way to a person: where 0 leads, and whoever was not understood twice. Exactly one department.",
                "상담원에게 가는 길입니다. 0번과, 두 번 알아듣지 못한 고객이 여기로 옵니다. 한 부서만 true입니다.",
            ),
            default=False,
            default_written="false",
            example="true",
        ),
        "confirm": Field(
            values.one_of("always", "unsure"),
            forms.choice("always", "unsure"),
            Help(
                "Whether callers are asked “is that right?” always, or only where we are not sure.",
                "“맞으세요?”라고 늘 물을지(always), 확실하지 않을 때만 물을지(unsure) 정합니다.",
            ),
            default="unsure",
            default_written="unsure",
            example="always",
        ),
        "callback": Field(
            _callback,
            forms.either(forms.table("callback"), "never"),
            Help(
                'When a callback is offered for a long line; "never": not on arrival.',
                "줄이 길 때 콜백을 언제 권할지 정합니다. never면 먼저 권하지 않습니다.",
            ),
            default=CallbackPolicy(),
            default_written="{above_minutes: 3}",
            example="{above_minutes: 5}",
        ),
        "handle_minutes": Field(
            values.number(0.1, 240),
            forms.number(0.1, 240),
            Help(
                "How long a conversation usually takes, until there are real ones to learn from.",
                "통화 한 건의 보통 길이(분)입니다. 실제 통화가 쌓이면 그것에서 배웁니다.",
            ),
            default=4.0,
            default_written="4",
            example="5",
        ),
        "patience_minutes": Field(
            values.number(0.1, 240),
            forms.number(0.1, 240),
            Help(
                "How long callers usually wait before they give up, until there are real ones to learn from.",
                "고객이 보통 얼마나 기다리다 끊는지(분)입니다. 실제 통화가 쌓이면 그것에서 배웁니다.",
            ),
            default=7.0,
            default_written="7",
            example="7",
        ),
        "priority": Field(
            values.priority,
            forms.PRIORITY,
            Help("Larger is served first.", "큰 쪽을 먼저 받습니다."),
            default=0,
            default_written="0",
            example="5",
        ),
        "overflow": Field(
            _group("overflow"),
            forms.table("overflow"),
            Help(
                "Who else serves callers that have waited long.",
                "오래 기다린 고객을 다른 상담원도 받게 합니다.",
            ),
            example="{after_minutes: 5, to: [agent]}",
        ),
        "wrap_minutes": Field(
            values.number(0.1, 240),
            forms.number(0.1, 240),
            Help(
                "How long agents may write up after a call before they are rung again. By default the site's limit.",
                "통화 뒤 정리 시간의 한도(분)입니다. 적지 않으면 서버 설정을 따릅니다.",
            ),
            example="2",
        ),
        "prompt": Field(
            by_language(with_variables(values.prompt, ARRIVING)),
            forms.each_language(forms.TEXT),
            Help(
                "Said on arrival, in place of “I will connect you with an agent”. "
                "May hold {site}, {department}, {hours}, {position}, {wait}.",
                "연결할 때 “상담원에게 연결해 드리겠습니다” 대신 들려줍니다. "
                "{site}, {department}, {hours}, {position}, {wait}를 쓸 수 있고, "
                "조사는 {department}은/는처럼 적습니다.",
            ),
            example="네, {department}입니다. 대기 시간은 {wait}입니다.",
        ),
        "closed_prompt": Field(
            by_language(with_variables(values.prompt, CLOSED)),
            forms.each_language(forms.TEXT),
            Help(
                "Said out of hours, in place of “we are closed”, before a callback is offered. "
                "May hold {site}, {department}, {hours}, {opens}.",
                "상담 시간이 아닐 때, 콜백을 권하기 전에 들려줍니다. "
                "{site}, {department}, {hours}, {opens}를 쓸 수 있습니다.",
            ),
            example='"{department}은/는 쉽니다. 상담 시간은 {hours}입니다."',
        ),
        "music": Field(
            values.music,
            forms.TEXT,
            Help(
                'Played while callers wait: "none", an https:// address, or a path of this server.',
                "기다리는 동안 들려주는 소리입니다. none, https:// 주소, 또는 이 서버의 경로를 적습니다.",
            ),
            default=HOLD_MUSIC,
            default_written=HOLD_MUSIC,
            example="https://example.com/hold.mp3",
        ),
        "service_level": Field(
            _service_level,
            forms.table("service_level"),
            Help(
                "How many callers are to be answered how soon. The live page and `barocall report service` show how "
                "many were.",
                "고객 전화를 얼마나 빨리 받을지의 목표입니다. 실제로 얼마나 지켰는지는 상황판과 "
                "`barocall report service`가 보여 줍니다.",
            ),
            default=ServiceLevel(),
            default_written="{percent: 80, within_seconds: 20}",
            example="{percent: 90, within_seconds: 30}",
        ),
        "announcements": Field(
            _announcements,
            forms.either(forms.table("announcements"), "never"),
            Help(
                'How those who wait are told again where they stand; "never": only on arrival.',
                "기다리는 고객에게 다시 안내하는 방법입니다. never면 처음에만 안내합니다.",
            ),
            default=Announcements(),
            default_written="{every_seconds: 90, position_up_to: 5}",
            example="{every_seconds: 120}",
        ),
    },
    "announcements": {
        "every_seconds": Field(
            values.number(30, 600),
            forms.number(30, 600),
            Help(
                "The time between two announcements; it grows the longer somebody waits.",
                "안내와 안내 사이의 시간(초)입니다. 오래 기다릴수록 길어집니다.",
            ),
            default=Announcements().every_seconds,
            default_written="90",
            example="120",
        ),
        "position_up_to": Field(
            values.whole(0, 99),
            forms.whole(0, 99),
            Help(
                "Whoever stands no further back is told the position too; 0: never.",
                "이 순번 안에 들면 순번도 알려 줍니다. 0이면 알리지 않습니다.",
            ),
            default=Announcements().position_up_to,
            default_written="5",
            example="3",
        ),
    },
    "service_level": {
        "percent": Field(
            values.number(1, 100),
            forms.number(1, 100),
            Help("So many of a hundred callers …", "100명 가운데 이만큼의 고객을 …"),
            default=ServiceLevel().percent,
            default_written="80",
            example="90",
        ),
        "within_seconds": Field(
            values.number(1, 3600),
            forms.number(1, 3600),
            Help("… are answered within so many seconds.", "… 이 시간(초) 안에 받습니다."),
            default=ServiceLevel().within_seconds,
            default_written="20",
            example="30",
        ),
    },
    "overflow": {
        "after_minutes": Field(
            values.number(0, 240),
            forms.number(0, 240),
            Help("After so many minutes of waiting.", "이만큼 기다린 뒤부터입니다(분)."),
            required=True,
            example="5",
        ),
        "to": Field(
            department_names,
            forms.TEXTS,
            Help("Departments whose agents help.", "도와줄 상담원이 있는 부서들입니다."),
            example="[agent]",
        ),
        "skills": Field(
            values.skills,
            forms.TEXTS,
            Help("Skills whose agents help.", "이 기술을 가진 상담원이 돕습니다."),
            example="[general]",
        ),
    },
    "test": {
        "said": Field(
            trials.one_or_more,
            forms.either_form(forms.TEXT, forms.TEXTS),
            Help("What the caller says, one after the other.", "고객이 차례로 하는 말입니다."),
            default=(),
            example="[해지하고 싶어요, 네]",
        ),
        "pressed": Field(
            trials.keys,
            forms.KEYS_PRESSED,
            Help("Keys pressed after that.", "그다음에 누르는 번호입니다."),
            default="",
            example='"2"',
        ),
        "ends": Field(
            _anything,
            forms.TEXT,
            Help(
                "The department where the call should end. “Is that right?” is answered truthfully.",
                "통화가 닿아야 할 부서입니다. “맞으세요?”에는 사실대로 답합니다.",
            ),
            required=True,
            example="delivery",
        ),
        "questions": Field(
            trials.how_many,
            forms.number(0, trials.MOST_WAITING),
            Help(
                "So many questions are asked at most; 1: it is understood at once.",
                "질문은 많아야 이만큼입니다. 1이면 한 번에 알아들어야 합니다.",
            ),
            example="1",
        ),
        "callback": Field(
            values.boolean,
            forms.YES_NO,
            Help("Whether a callback is offered on arrival.", "연결할 때 콜백을 권하는지 적습니다."),
            example="true",
        ),
        "hears": Field(
            values.text,
            forms.TEXT,
            Help("Words that the caller hears at the end.", "마지막에 고객이 들어야 할 말입니다."),
            example="지금은 상담 시간이 아닙니다",
        ),
        "at": Field(
            trials.moment,
            forms.TEXT,
            Help(
                "When the call comes. By default while the department is open.",
                "전화가 오는 때입니다. 적지 않으면 그 부서가 여는 시간입니다.",
            ),
            example="2026-12-24 20:00",
        ),
        "waiting": Field(
            trials.how_many,
            forms.number(0, trials.MOST_WAITING),
            Help("So many callers wait already.", "이미 기다리는 고객 수입니다."),
            default=0,
            default_written="0",
            example="5",
        ),
        "language": Field(
            values.one_of(*KNOWN_LANGUAGES),
            forms.LANGUAGE,
            Help("The caller's language; by default the first.", "고객의 언어입니다. 적지 않으면 기본 언어입니다."),
            example="en",
        ),
    },
    "submenu": {
        "name": Field(
            by_language(values.name),
            forms.each_language(forms.TEXT),
            Help("As callers hear it.", "고객이 듣는 이름입니다."),
            required=True,
            example="{ko: 요금, en: billing}",
        ),
        "key": Field(
            values.key,
            forms.KEY,
            Help("Leads here.", "누르면 이 메뉴로 옵니다."),
            required=True,
            example='"1"',
        ),
        "in": Field(
            values.named_in_text,
            forms.TEXT,
            Help(
                "The menu that it belongs to; by default the first question.",
                "속한 메뉴입니다. 적지 않으면 첫 질문입니다.",
            ),
            example="payments",
        ),
        "question": Field(
            by_language(values.prompt),
            forms.each_language(forms.TEXT),
            Help("Said before the keys are read.", "번호를 읽기 전에 묻는 말입니다."),
            example='"어떤 요금 문의이신가요?"',
        ),
    },
    "callback": {
        "above_minutes": Field(
            values.number(0, 240),
            forms.number(0, 240),
            Help(
                "Offered when the expected wait is longer than this.",
                "예상 대기 시간이 이보다 길면 콜백을 권합니다(분).",
            ),
            default=OFFER_CALLBACK_ABOVE_SECONDS / MINUTE_SECONDS,
            default_written="3",
            example="3",
        ),
        "first": Field(
            values.one_of("agent", "caller"),
            forms.choice("agent", "caller"),
            Help(
                "Whose phone rings first when we call back: the agent's, or the caller's, when an agent is free soon.",
                "콜백할 때 어느 쪽에 먼저 전화하는지 정합니다. caller면 상담원이 곧 빌 때 고객에게 먼저 겁니다.",
            ),
            default="agent",
            default_written="agent",
            example="caller",
        ),
        "slot_minutes": Field(
            values.whole_of(15, 30, 60),
            forms.whole_of(15, 30, 60),
            Help(
                "How long a slot is, where callers choose a time.",
                "고객이 시간을 고를 때 한 칸의 길이입니다(분).",
            ),
            default=30,
            default_written="30",
            example="60",
        ),
        "per_slot": Field(
            values.whole(0, 1000),
            forms.whole(0, 1000),
            Help(
                "So many callbacks are promised in each slot; 0: none at a time of the caller's choice.",
                "한 칸에 약속하는 콜백 수입니다. 0이면 시간을 고를 수 없습니다.",
            ),
            default=3,
            default_written="3",
            example="5",
        ),
    },
    "hours": {
        "weekdays": Field(
            values.span, forms.SPAN, Help("Monday to Friday.", "월요일부터 금요일까지."), example='"09:00-18:00"'
        ),
        "saturday": Field(values.span, forms.SPAN, Help("Saturday.", "토요일."), example='"10:00-14:00"'),
        "sunday": Field(values.span, forms.SPAN, Help("Sunday.", "일요일."), example="closed"),
        **{name: _one_day(name) for name in DAY_NAMES},
    },
}
