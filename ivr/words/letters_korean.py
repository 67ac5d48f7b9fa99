"""Texts in Korean: short, in letters that every phone shows."""

from datetime import datetime

from ivr.words.letters import Letter

_WEEKDAYS = "월화수목금토일"


def code(site: str, code: str) -> str:
    return f"[{site}] 확인 번호 {code}. 전화를 요청하지 않으셨다면 무시하세요."


def promise(letter: Letter) -> str:
    return f"[{letter.site}] {letter.department} 상담 전화를 {when(letter)} 드립니다. {_keys(letter)}"


def moved(letter: Letter) -> str:
    return f"[{letter.site}] {letter.department} 전화 시간 변경: {when(letter)} 드립니다. {_keys(letter)}"


def slip(letter: Letter) -> str:
    late = f"약속한 {letter.department} 상담 전화가 늦어져 죄송합니다"
    return f"[{letter.site}] {late}. 꼭 드리겠습니다. 변경·취소 {letter.link}"


def missed(letter: Letter) -> str:
    return f"[{letter.site}] {letter.department} 상담 전화를 여러 번 드렸으나 연결되지 않았습니다. 문의 {letter.phone}"


def cancelled(letter: Letter) -> str:
    return f"[{letter.site}] {letter.department} 상담 전화 약속이 취소되었습니다. 문의 {letter.phone}"


def when(letter: Letter) -> str:
    if letter.at is None:
        return "차례가 되면"
    return f"{clock(letter.at)}에" if letter.timed else f"{clock(letter.at)} 이후에"


def clock(at: datetime) -> str:
    """ "11/26(목) 15:00"."""
    return f"{at.month}/{at.day}({_WEEKDAYS[at.weekday()]}) {at:%H:%M}"


def _keys(letter: Letter) -> str:
    return f"비밀번호 {letter.pin}. 변경·취소 {letter.link}"
