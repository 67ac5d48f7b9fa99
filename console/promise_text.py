"""The words of a promise's page, Korean first."""

from datetime import date, datetime

import phonenumbers

TEXT: dict[str, dict[str, str]] = {
    "ko": {
        "title": "전화 약속",
        "about": "{department} 상담",
        "number": "받으실 번호",
        "is_timed": "{when}에 전화드립니다.",
        "is_from": "{when} 이후에 전화드립니다.",
        "is_in_turn": "차례가 되면 전화드립니다.",
        "is_next": "다음 차례입니다. 곧 전화드립니다.",
        "is_in_line": "차례가 되면 전화드립니다. 앞에 {ahead}명이 있습니다.",
        "is_dialling": "지금 전화를 걸고 있습니다.",
        "is_kept": "통화를 마쳤습니다. 감사합니다.",
        "is_replaced": "전화 주셔서 상담을 마쳤습니다. 감사합니다.",
        "is_cancelled": "취소된 약속입니다. 전화를 드리지 않습니다.",
        "is_expired": "여러 번 전화드렸으나 연결되지 않았습니다. 아래 번호로 전화해 주세요.",
        "now": "지금 전화 받기",
        "move": "시간 바꾸기",
        "choose": "새로운 시간",
        "no_times": "지금 고를 수 있는 시간이 없습니다.",
        "cancel": "약속 취소",
        "sure": "전화를 받지 않으시겠어요?",
        "yes_cancel": "네, 취소합니다",
        "phone": "문의",
        "other": "English",
        "other_code": "en",
    },
    "en": {
        "title": "Your callback",
        "about": "About {department}",
        "number": "We call",
        "is_timed": "We will call you {when}.",
        "is_from": "We will call you after {when}.",
        "is_in_turn": "We will call you when it is your turn.",
        "is_next": "You are next. We will call you soon.",
        "is_in_line": "We will call you when it is your turn. Ahead of you: {ahead}.",
        "is_dialling": "We are calling you now.",
        "is_kept": "We have talked. Thank you.",
        "is_replaced": "You called us and were served. Thank you.",
        "is_cancelled": "This promise is cancelled. We will not call.",
        "is_expired": "We tried to call you and could not reach you. Please call us.",
        "now": "Call me now",
        "move": "Change the time",
        "choose": "New time",
        "no_times": "There is no time left to choose.",
        "cancel": "Cancel",
        "sure": "You do not want to be called?",
        "yes_cancel": "Yes, cancel it",
        "phone": "Questions",
        "other": "한국어",
        "other_code": "ko",
    },
}

OUTCOMES: dict[str, dict[str, str]] = {
    "ko": {
        "done": "바뀌었습니다.",
        "same": "이미 그렇게 되어 있습니다.",
        "busy": "지금 전화를 걸고 있어 바꿀 수 없습니다.",
        "over": "이미 끝난 약속입니다.",
        "full": "그 시간은 방금 다 찼습니다. 다른 시간을 골라 주세요.",
        "no_time": "고를 수 없는 시간입니다. 다른 시간을 골라 주세요.",
        "closed": "지금은 상담 시간이 아닙니다.",
        "altered": "올바른 주소가 아닙니다. 문자의 링크를 다시 눌러 주세요.",
        "stale": "화면이 오래되었습니다. 문자의 링크를 다시 눌러 주세요.",
        "elsewhere": "다른 곳에서 보낸 요청입니다. 문자의 링크를 다시 눌러 주세요.",
    },
    "en": {
        "done": "It is changed.",
        "same": "It is so already.",
        "busy": "We are just calling, so it can't be changed.",
        "over": "This promise has ended.",
        "full": "That time was just taken. Please choose another one.",
        "no_time": "That time can't be chosen. Please choose another one.",
        "closed": "We are closed at the moment.",
        "altered": "This address is not right. Please open the link of the text again.",
        "stale": "This page is too old. Please open the link of the text again.",
        "elsewhere": "This was sent from elsewhere. Please open the link of the text again.",
    },
}
_WEEKDAYS = "월화수목금토일"


def moment(at: datetime, language: str) -> str:
    return f"{day(at.date(), language)} {short_time(at, language)}"


def day(date: date, language: str) -> str:
    if language == "ko":
        return f"{date.month}월 {date.day}일 ({_WEEKDAYS[date.weekday()]})"
    return f"{date:%A} {date.day} {date:%B}"


def short_time(at: datetime, language: str) -> str:
    """ "오후 3:30", "3:30 pm"."""
    clock, morning = f"{at.hour % 12 or 12}:{at:%M}", at.hour < 12
    if language == "ko":
        return f"{'오전' if morning else '오후'} {clock}"
    return f"{clock} {'am' if morning else 'pm'}"


def national(e164: str, *, masked: bool = False) -> str:
    """As it is dialled at home; `masked`: enough to recognise one's own."""
    parsed = phonenumbers.parse(e164)
    written = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    if not masked:
        return written
    first, *middle, last = written.split("-")
    return "-".join([first, *("*" * len(part) for part in middle), last])
