"""Everything a phone says, in Korean. Pure: values in, one sentence or two out; nothing is escaped here."""

from collections.abc import Sequence
from datetime import datetime

from callqueue.announcing import Reason
from callqueue.spoken import Spoken
from ivr.menu.hours import ALWAYS, WHOLE_DAY, Days, OpeningHours, Span, day_groups
from ivr.words.waits import MINUTE_SECONDS, hours_and_minutes
from speech.values import Moment, PhoneNumber, said, said_time
from speech.values.numerals import native

LOCALE = "ko-KR"

# How digits and single letters end when read aloud: 공 일 삼 육 칠 팔; 엘 엠 엔 알.
_SPOKEN_WITH_CODA = frozenset("013678LMNR")
_SPOKEN_WITH_RIEUL = frozenset("178LR")
_RIEUL = 8  # Its number among the 28 endings of a Hangul syllable.
_DAYS: dict[Days, str] = {
    "daily": "매일",
    "weekdays": "평일",
    "weekend": "주말",
    "mon": "월요일",
    "tue": "화요일",
    "wed": "수요일",
    "thu": "목요일",
    "fri": "금요일",
    "sat": "토요일",
    "sun": "일요일",
}
_LANGUAGES = {"ko": "한국어", "en": "영어"}
_REASONS: dict[str, str] = {
    Reason.LONGER_CALLS: "죄송합니다. 상담이 길어지고 있습니다. ",
    Reason.MORE_CALLERS: "죄송합니다. 먼저 연결될 고객이 늘었습니다. ",
    Reason.FEWER_AGENTS: "죄송합니다. 지금 상담하는 상담원이 줄었습니다. ",
}
_WHISPERED_REASONS: dict[str, str] = {
    "wrong_department": "부서가 맞지 않았습니다. ",
    "needs_specialist": "전문 상담이 필요합니다. ",
    "second_matter": "다른 문의가 더 있습니다. ",
    "caller_asked": "고객이 원했습니다. ",
}
_TRANSFER_REASONS: dict[str, str] = {
    "wrong_department": "문의하신 내용은 {department}에서 도와드립니다. ",
    "needs_specialist": "더 자세한 상담을 위해 {department}에서 이어서 도와드립니다. ",
    "second_matter": "다음 문의는 {department}에서 도와드립니다. ",
    "caller_asked": "요청하신 대로 다시 연결해 드립니다. ",
}

# Particles and numerals


def has_coda(word: str) -> bool:
    """Whether the word ends in a consonant when read aloud: that decides the particle behind it."""
    last = _last_spoken(word)
    return _ending(last) != 0 if _is_hangul(last) else last in _SPOKEN_WITH_CODA


def with_particle(word: str, after_coda: str, after_vowel: str) -> str:
    """`with_particle("배송", "은", "는")` → 배송은; `with_particle("교환", "으로", "로")` → 교환으로."""
    if after_coda == "으로" and _ends_in_rieul(word):
        return word + after_vowel
    return word + (after_coda if has_coda(word) else after_vowel)


def _ends_in_rieul(word: str) -> bool:
    last = _last_spoken(word)
    return _ending(last) == _RIEUL if _is_hangul(last) else last in _SPOKEN_WITH_RIEUL


def _last_spoken(word: str) -> str:
    return next((letter for letter in reversed(word) if letter.isalnum()), "")


def _is_hangul(letter: str) -> bool:
    return "가" <= letter <= "힣"


def _ending(syllable: str) -> int:
    return (ord(syllable) - ord("가")) % 28


def people(count: int) -> str:
    """한 분, 두 분, … 아흔아홉 분, 100분."""
    return f"{native(count)} 분" if 1 <= count <= 99 else f"{count}분"


def times(count: int) -> str:
    """첫 번째, 두 번째, … 열 번째, 11번째."""
    if count == 1:
        return "첫 번째"
    if 2 <= count <= 10:
        return f"{native(count)} 번째"
    return f"{count}번째"


def nth(position: int) -> str:
    return times(position)


def opens(at: datetime) -> str:
    """When, in the middle of a sentence."""
    return said(Moment(at), "ko")


def wait_range(spoken: Spoken) -> str:
    """ "3분에서 6분 정도", "1분 안", "20분 넘게"."""
    match spoken:
        case (0, int(high_minutes)):
            return f"{high_minutes}분 안"
        case (low_minutes, None):
            return f"{low_minutes}분 넘게"
        case (low_minutes, high_minutes):
            return f"{low_minutes}분에서 {high_minutes}분 정도"


# Times


def describe_hours(hours: OpeningHours) -> str:
    """ "평일 오전 아홉 시부터 오후 여섯 시까지": equal days in one breath, closed ones not at all."""
    if hours.days == ALWAYS:
        return "연중무휴 24시간"
    return ", ".join(f"{_DAYS[days]} {_said_span(span)}" for days, span in day_groups(hours.days))


def _said_span(span: Span) -> str:
    if span == WHOLE_DAY:
        return "24시간"
    return f"{said_time(span.opens, 'ko')}부터 {said_time(span.closes, 'ko')}까지"


# Finding the department


def greeting(site: str) -> str:
    return f"안녕하세요, {site}입니다."


def offer_language(key: str) -> str:
    """Said to whoever has chosen another language so far."""
    return f"한국어 안내는 {key}번을 눌러 주세요."


def did_not_hear() -> str:
    return "말씀이 잘 들리지 않았습니다."


def ask_again(examples: str) -> str:
    return f"다시 한번 말씀해 주세요. {examples}"


def keys_options(departments: Sequence[tuple[str, str]]) -> str:
    """`departments`: (name, key) in the order to be read."""
    options = [f"{with_particle(name, '은', '는')} {key}번" for name, key in departments]
    return f"번호로 안내해 드리겠습니다. {', '.join(options)}을 눌러 주세요."


def back_hint() -> str:
    return "이전 메뉴는 우물 정자, 다시 들으시려면 별표를 눌러 주세요."


def confirm(department: str, *, heard: bool = True) -> str:
    asked = f"{with_particle(_matter(department, '문의'), '이', '가')} 맞으세요?"
    return f"{asked} 맞으면 {_yes(heard)}, 아니면 {_no(heard)}을 눌러 주세요."


def _yes(heard: bool) -> str:
    """Nobody is asked to say what nobody hears."""
    return "네라고 말씀하시거나 1번" if heard else "1번"


def _no(heard: bool) -> str:
    return "아니요라고 말씀하시거나 2번" if heard else "2번"


def _matter(department: str, noun: str) -> str:
    """ "배송 문의"; but who wants a person (상담원) has no 상담원 문의."""
    return f"{department} {'연결' if _is_person(department) else noun}"


def _is_person(department: str) -> bool:
    return department.endswith("상담원")


# Waiting


def connecting(department: str) -> str:
    agent = department if _is_person(department) else f"{department} 상담원"
    return f"{agent}에게 연결해 드리겠습니다."


def transferred(department: str, reason: str) -> str:
    """To a caller whom an agent has passed on: why, to whom, and that nothing has to be said twice."""
    why = "" if _is_person(department) else _TRANSFER_REASONS.get(reason, "").format(department=department)
    return f"{why}{connecting(department)} 지금까지 하신 말씀은 전해 두었으니 다시 설명하지 않으셔도 됩니다."


def wait_told(position: int | None, spoken: Spoken, reason: str | None) -> str:
    """ "앞에 두 분이 계십니다. 예상 대기 시간은 3분에서 6분 정도입니다." `position` None: it would help nobody."""
    place = "" if position is None else f"{_place(position)} "
    return f"{_REASONS.get(reason or '', '')}{place}{_expected(spoken)}"


def wait_unknown() -> str:
    return "지금은 예상 대기 시간을 말씀드리기 어렵습니다."


def nobody_to_wait_for() -> str:
    return "지금은 자리에 있는 상담원이 없어 대기 시간을 말씀드릴 수 없습니다."


def one_moment() -> str:
    return "잠시만 기다려 주세요."


def agent_rings() -> str:
    return "상담원을 연결하고 있습니다. 잠시만 기다려 주세요."


def stay_on() -> str:
    return "끊지 말고 기다려 주세요."


def keep_waiting() -> str:
    return "계속 기다려 주세요. 차례가 되면 바로 연결해 드리겠습니다."


def callback_hint(*, heard: bool) -> str:
    say = "전화 주세요라고 말씀하시거나 1번을" if heard else "1번을"
    return f"기다리는 대신 전화를 받고 싶으시면 {say} 눌러 주세요."


def _place(position: int) -> str:
    return "바로 다음 순서이십니다." if position == 1 else f"앞에 {people(position - 1)}이 계십니다."


def _expected(spoken: Spoken) -> str:
    match spoken:
        case (0, _):
            return f"{wait_range(spoken)}에 연결될 것으로 보입니다."
        case (_, None):
            return f"{wait_range(spoken)} 기다리셔야 할 것 같습니다."
        case _:
            return f"예상 대기 시간은 {wait_range(spoken)}입니다."


# Callbacks


def offer_callback(position: int | None, spoken: Spoken | None, *, heard: bool = True) -> str:
    before = "" if spoken is None else f"{wait_told(position, spoken, None)} "
    return (
        f"{before}기다리시는 대신 차례가 되면 저희가 전화를 드릴까요? "
        f"전화를 원하시면 {_yes(heard)}, 계속 기다리시려면 2번을 눌러 주세요."
    )


def nobody_here() -> str:
    return "지금은 연결할 수 있는 상담원이 없습니다."


def offer_callback_nobody(*, heard: bool = True) -> str:
    return (
        "상담원이 돌아오는 대로 저희가 전화를 드릴까요? "
        f"전화를 원하시면 {_yes(heard)}, 원하지 않으시면 2번을 눌러 주세요."
    )


def closed(hours: str) -> str:
    return f"지금은 상담 시간이 아닙니다. 상담 시간은 {hours}입니다."


def offer_callback_closed(opens: datetime | None, *, heard: bool = True) -> str:
    when = "상담이 시작되면" if opens is None else f"{said(Moment(opens), 'ko')}에 상담이 시작되면"
    return f"{when} 저희가 전화를 드릴까요? 원하시면 {_yes(heard)}, 아니면 2번을 눌러 주세요."


def enter_number(*, listens: bool) -> str:
    if listens:
        return "전화받으실 번호를 지역 번호나 010부터 말씀해 주세요. 누르실 때는 끝에 우물 정자를 눌러 주세요."
    return "전화받으실 번호를 지역 번호나 010부터 누르고 우물 정자를 눌러 주세요."


def number_unclear(*, listens: bool) -> str:
    if listens:
        return "번호를 알아듣지 못했습니다. 한 자리씩 다시 말씀하시거나, 누르고 우물 정자를 눌러 주세요."
    return f"번호를 알아듣지 못했습니다. {enter_number(listens=False)}"


def number_not_usable(*, listens: bool) -> str:
    how = "말씀하시거나 눌러" if listens else "눌러"
    return f"그 번호로는 전화를 드릴 수 없습니다. 국내 휴대폰이나 유선 전화 번호를 {how} 주세요."


def confirm_number(e164: str, *, heard: bool = True) -> str:
    spoken = said(PhoneNumber(e164), "ko")
    return f"{spoken} 번으로 전화를 드리겠습니다. 맞으면 {_yes(heard)}, 다른 번호는 2번을 눌러 주세요."


def promised(due_at: datetime | None, *, again: bool) -> str:
    if again:
        return "이미 전화를 드리기로 한 번호입니다. 약속한 대로 전화드리겠습니다. 감사합니다."
    when = "차례가 되면" if due_at is None else f"{said(Moment(due_at), 'ko')} 이후에"
    return f"{when} 꼭 전화드리겠습니다. 순서는 그대로 지켜 드립니다. 이제 끊으셔도 됩니다. 감사합니다."


def callback_greeting(site: str, department: str, *, heard: bool = True) -> str:
    return (
        f"안녕하세요, {site}입니다. 요청하신 {_asked_for(department)} 전화입니다. "
        f"지금 통화하시려면 {_yes(heard)}을 눌러 주세요."
    )


def callback_missed(site: str, department: str, again_at: datetime | None) -> str:
    """To a machine, most likely."""
    if again_at is None:
        then = "여러 번 전화드렸으나 연결되지 않아 더 이상 전화드리지 않습니다. 필요하시면 다시 전화해 주세요"
    else:
        then = f"{said(Moment(again_at), 'ko')} 이후에 다시 전화드리겠습니다"
    return f"{site}입니다. 요청하신 {_asked_for(department)}으로 전화드렸습니다. {then}. 감사합니다."


def _asked_for(department: str) -> str:
    return "상담" if _is_person(department) else f"{department} 상담"


# What agents hear


def caller_speaks(language: str) -> str:
    return f"{_LANGUAGES[language]} 고객입니다."


def whisper_live(department: str, words: str, waited_seconds: float) -> str:
    return f"{_matter(department, '문의')}입니다. {_in_their_words(words)}{_duration(waited_seconds)} 기다리셨습니다."


def whisper_callback(department: str, words: str, waited_seconds: float, attempt: int) -> str:
    return (
        f"{department} 콜백입니다. {_in_their_words(words)}{_duration(waited_seconds)} 전에 요청하셨고 "
        f"{times(attempt)} 시도입니다. 받으시면 고객에게 전화를 겁니다."
    )


def whisper_transfer(passed_from: str, reason: str, note: str, words: str, waited_seconds: float) -> str:
    """In place of whisper_live, for a caller whom another agent has passed on."""
    why = _WHISPERED_REASONS.get(reason, "")
    noted = f"메모: {note}. " if note else ""
    came = "다른 상담원이 넘긴" if _is_person(passed_from) else f"{passed_from}에서 넘어온"
    return f"{came} 고객입니다. {why}{noted}{_in_their_words(words)}{_duration(waited_seconds)} 기다리셨습니다."


def caller_passed_on() -> str:
    return "고객을 넘겼습니다. 수고하셨습니다."


def accept_hint() -> str:
    return "받으시려면 1번을 눌러 주세요."


def dialling_caller() -> str:
    return "고객에게 전화를 걸고 있습니다. 잠시만 기다려 주세요."


def caller_left() -> str:
    return "고객이 먼저 전화를 끊었습니다."


def caller_unreachable() -> str:
    return "고객이 전화를 받지 않았습니다. 나중에 다시 걸겠습니다."


def agent_done() -> str:
    return "상담이 끝났습니다. 수고하셨습니다."


def agent_declined() -> str:
    return "다른 상담원에게 연결합니다."


def agent_lost() -> str:
    return "죄송합니다. 상담원과 연결이 끊겼습니다. 곧 다시 전화드리겠습니다."


def _in_their_words(words: str) -> str:
    return f"고객 말씀: {words}. " if words else ""


def _duration(seconds: float) -> str:
    """ "40초", "3분", "2시간 5분"."""
    if seconds < MINUTE_SECONDS:
        return f"{max(int(seconds), 1)}초"
    hours, minutes = hours_and_minutes(seconds)
    parts = [f"{hours}시간"] * (hours > 0) + [f"{minutes}분"] * (minutes > 0)
    return " ".join(parts)


# When things go wrong, and at the end


def apology() -> str:
    return "죄송합니다. 시스템에 문제가 있어 상담원에게 연결해 드리겠습니다."


def apology_fallback() -> str:
    return "죄송합니다. 지금 시스템에 문제가 있습니다. 다른 번호로 연결해 드리겠습니다."


def goodbye() -> str:
    return "이용해 주셔서 감사합니다. 안녕히 계세요."
