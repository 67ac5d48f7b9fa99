"""What is said about promises, in Korean. Times are in the site's zone."""

from collections.abc import Sequence
from datetime import datetime

from ivr.states import TimeWhy
from speech.values import Moment, PhoneNumber, said

_WHY: dict[TimeWhy, str] = {
    "first": "",
    "more": "",
    "silence": "말씀이 잘 들리지 않았습니다.",
    "unclear": "시간을 알아듣지 못했습니다.",
    "past": "이미 지난 시간입니다.",
    "full": "그 시간은 예약이 다 찼습니다.",
    "which": "어느 시간인지 알려 주세요.",
}


def other_time_hint() -> str:
    return "원하시는 시간에 전화를 받으시려면 3번을 눌러 주세요."


def offer_late(opens: datetime, *, heard: bool) -> str:
    return (
        "오늘 상담 시간 안에는 연결이 어렵습니다. "
        f"{_when(opens)}에 상담이 시작되면 저희가 전화를 드릴까요? "
        f"전화를 원하시면 {_yes(heard)}, 계속 기다리시려면 2번을 눌러 주세요."
    )


def times(why: TimeWhy, options: Sequence[datetime], hours: str, days_ahead: int, *, heard: bool, moving: bool) -> str:
    return " ".join(part for part in (_why(why, hours, days_ahead), _choices(options, heard), _out(moving)) if part)


def _why(why: TimeWhy, hours: str, days_ahead: int) -> str:
    if why == "closed":
        return f"그 시간은 상담 시간이 아닙니다. 상담 시간은 {hours}입니다."
    if why == "far":
        return f"{days_ahead}일 안의 시간만 약속드릴 수 있습니다."
    return _WHY[why]


def _choices(options: Sequence[datetime], heard: bool) -> str:
    if not options:
        return "지금 고르실 수 있는 시간이 없습니다."
    listed = ", ".join(f"{_when(at)}는 {number}번" for number, at in enumerate(options, 1))
    spoken = "원하시는 시간을 내일 오후 세 시처럼 말씀해 주세요. " if heard else ""
    return f"{spoken}{listed}, 다른 시간은 9번을 눌러 주세요."


def _out(moving: bool) -> str:
    return "그대로 두시려면 0번을 눌러 주세요." if moving else "시간을 정하지 않으시려면 0번을 눌러 주세요."


def confirm_promise(at: datetime, e164: str, *, heard: bool) -> str:
    number = said(PhoneNumber(e164), "ko")
    return (
        f"{_when(at)}에 {number} 번으로 전화를 드리겠습니다. "
        f"맞으면 {_yes(heard)}, 다른 번호는 2번, 다른 시간은 3번을 눌러 주세요."
    )


def confirm_move(at: datetime | None, *, heard: bool) -> str:
    when = "차례가 되는 대로" if at is None else f"{_when(at)}에"
    return f"{when} 전화를 드리는 것으로 바꿀까요? 맞으면 {_yes(heard)}, 다른 시간은 {_no(heard)}을 눌러 주세요."


def verify_number(*, again: bool) -> str:
    if again:
        return "확인 번호가 맞지 않습니다. 문자로 받으신 여섯 자리 숫자를 다시 눌러 주세요."
    return "그 번호로 확인 문자를 보냈습니다. 문자에 있는 여섯 자리 숫자를 눌러 주세요."


def shared_number(*, heard: bool) -> str:
    return (
        "이 번호로 이미 전화를 드리기로 했습니다. "
        f"그 약속이시면 {_yes(heard)}, 다른 분의 새 약속이면 {_no(heard)}을 눌러 주세요."
    )


def promised_at(at: datetime) -> str:
    return f"{_when(at)}에 꼭 전화드리겠습니다. 이제 끊으셔도 됩니다. 감사합니다."


def pickup_code(code: str) -> str:
    spoken = " ".join(code)
    return f"전화를 받으시면 확인 번호를 여쭙니다. 확인 번호는 {spoken}, 다시 한번 {spoken}입니다."


def returning(*, several: bool, heard: bool) -> str:
    known = "이 번호로 약속된 전화가 여러 건 있습니다." if several else "이 번호로 약속된 전화가 있습니다."
    speak = "말씀하시거나 번호를 눌러 주세요. " if heard else ""
    return (
        f"{known} {speak}그 순서로 지금 기다리시려면 1번, 약속한 전화를 그대로 받으시려면 2번, "
        "변경이나 취소는 3번, 다른 문의는 4번을 눌러 주세요."
    )


def enter_pin(*, again: bool) -> str:
    wrong = "비밀번호가 맞지 않습니다. " if again else ""
    return f"{wrong}문자로 받으신 여섯 자리 비밀번호를 눌러 주세요. 상담원은 0번입니다."


def managing(department: str, at: datetime | None) -> str:
    when = "차례가 되면" if at is None else f"{_when(at)}에"
    return (
        f"{department} 상담 전화를 {when} 드리기로 했습니다. "
        "지금 기다리시려면 1번, 시간을 바꾸시려면 2번, 취소하시려면 3번, 그대로 두시려면 4번을 눌러 주세요."
    )


def confirm_cancel(department: str, *, heard: bool) -> str:
    return f"{department} 상담 전화를 취소할까요? 맞으면 {_yes(heard)}, 아니면 {_no(heard)}을 눌러 주세요."


def stands() -> str:
    return "약속한 대로 전화드리겠습니다. 감사합니다."


def stands_closed(hours: str) -> str:
    return f"지금은 상담 시간이 아닙니다. 상담 시간은 {hours}입니다. {stands()}"


def moved(at: datetime | None) -> str:
    when = "차례가 되는 대로" if at is None else f"{_when(at)}에"
    return f"바꾸었습니다. {when} 전화드리겠습니다. 감사합니다."


def cancelled() -> str:
    return "취소했습니다. 전화를 드리지 않겠습니다. 감사합니다."


def over() -> str:
    return "그 약속은 지금 바꿀 수 없습니다. 이미 끝났거나 전화를 걸고 있습니다."


def greeting_with_code(site: str, department: str) -> str:
    return (
        f"안녕하세요, {site}입니다. 요청하신 {department} 상담 전화입니다. "
        "지금 통화하시려면 안내받으신 확인 번호 네 자리를 눌러 주세요."
    )


def _when(at: datetime) -> str:
    return said(Moment(at), "ko")


def _yes(heard: bool) -> str:
    return "네라고 말씀하시거나 1번" if heard else "1번"


def _no(heard: bool) -> str:
    return "아니요라고 말씀하시거나 2번" if heard else "2번"
