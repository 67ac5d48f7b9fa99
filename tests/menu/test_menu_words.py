"""What callers and agents hear, sentence by sentence."""

import unicodedata
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callqueue.announcing import Reason
from callqueue.spoken import Spoken
from ivr.words import korean as words

SEOUL = ZoneInfo("Asia/Seoul")


# Particles and numerals


@pytest.mark.parametrize(
    ("word", "topic", "towards"),
    [
        ("배송", "배송은", "배송으로"),
        ("해지", "해지는", "해지로"),
        ("요금·결제", "요금·결제는", "요금·결제로"),
        ("환불", "환불은", "환불로"),  # ㄹ takes 로
        ("환불·교환", "환불·교환은", "환불·교환으로"),
        ("기술지원", "기술지원은", "기술지원으로"),
        ("상담원", "상담원은", "상담원으로"),
        ("1", "1은", "1로"),  # 일
        ("2", "2는", "2로"),  # 이
        ("3", "3은", "3으로"),  # 삼
        ("10", "10은", "10으로"),  # 십
        ("VIP", "VIP는", "VIP로"),  # 피
        ("URL", "URL은", "URL로"),  # 엘
        ("(멤버십)", "(멤버십)은", "(멤버십)으로"),  # Brackets are not heard
    ],
)
def test_particles_follow_the_last_sound(word: str, topic: str, towards: str) -> None:
    assert words.with_particle(word, "은", "는") == topic
    assert words.with_particle(word, "으로", "로") == towards


@given(st.characters(min_codepoint=ord("가"), max_codepoint=ord("힣")))
def test_a_syllable_ends_in_a_consonant_when_unicode_composes_it_of_three(syllable: str) -> None:
    letters = unicodedata.normalize("NFD", syllable)

    assert words.has_coda(syllable) == (len(letters) == 3)
    assert words.with_particle(syllable, "을", "를") == syllable + ("을" if len(letters) == 3 else "를")


@given(st.text(), st.sampled_from([("은", "는"), ("이", "가"), ("을", "를"), ("으로", "로")]))
def test_every_word_gets_one_of_its_two_particles(word: str, pair: tuple[str, str]) -> None:
    assert words.with_particle(word, *pair) in (word + pair[0], word + pair[1])


@pytest.mark.parametrize(
    ("count", "spoken"),
    [
        (1, "한 분"),
        (2, "두 분"),
        (10, "열 분"),
        (11, "열한 분"),
        (20, "스무 분"),
        (21, "스물한 분"),
        (99, "아흔아홉 분"),
        (100, "100분"),
    ],
)
def test_people_are_counted_in_native_numerals(count: int, spoken: str) -> None:
    assert words.people(count) == spoken


@pytest.mark.parametrize(
    ("count", "spoken"), [(1, "첫 번째"), (2, "두 번째"), (3, "세 번째"), (10, "열 번째"), (11, "11번째")]
)
def test_attempts_are_counted_in_native_numerals(count: int, spoken: str) -> None:
    assert words.times(count) == spoken


# The wait


@pytest.mark.parametrize(
    ("spoken", "sentence"),
    [
        ((0, 1), "1분 안에 연결될 것으로 보입니다."),
        ((0, 4), "4분 안에 연결될 것으로 보입니다."),
        ((3, 6), "예상 대기 시간은 3분에서 6분 정도입니다."),
        ((20, None), "20분 넘게 기다리셔야 할 것 같습니다."),
    ],
)
def test_a_wait_is_told_in_a_sentence_of_its_own(spoken: Spoken, sentence: str) -> None:
    assert words.wait_told(None, spoken, None) == sentence


def test_a_caller_in_line_hears_the_place_and_the_wait() -> None:
    assert words.wait_told(3, (3, 6), None) == "앞에 두 분이 계십니다. 예상 대기 시간은 3분에서 6분 정도입니다."
    assert words.wait_told(1, (0, 1), None) == "바로 다음 순서이십니다. 1분 안에 연결될 것으로 보입니다."


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (Reason.LONGER_CALLS, "죄송합니다. 상담이 길어지고 있습니다."),
        (Reason.MORE_CALLERS, "죄송합니다. 먼저 연결될 고객이 늘었습니다."),
        (Reason.FEWER_AGENTS, "죄송합니다. 지금 상담하는 상담원이 줄었습니다."),
    ],
)
def test_a_wait_that_grew_is_told_with_the_reason(reason: Reason, sentence: str) -> None:
    assert words.wait_told(2, (1, 3), reason) == (
        f"{sentence} 앞에 한 분이 계십니다. 예상 대기 시간은 1분에서 3분 정도입니다."
    )


def test_without_a_figure_it_is_said_that_there_is_none() -> None:
    assert words.wait_unknown() == "지금은 예상 대기 시간을 말씀드리기 어렵습니다."
    assert words.nobody_to_wait_for() == "지금은 자리에 있는 상담원이 없어 대기 시간을 말씀드릴 수 없습니다."


def test_nobody_is_asked_to_say_what_nobody_hears() -> None:
    assert words.callback_hint(heard=True) == (
        "기다리는 대신 전화를 받고 싶으시면 전화 주세요라고 말씀하시거나 1번을 눌러 주세요."
    )
    assert words.callback_hint(heard=False) == "기다리는 대신 전화를 받고 싶으시면 1번을 눌러 주세요."


def test_whoever_is_passed_on_hears_why_and_need_not_explain_again() -> None:
    assert words.transferred("환불·교환", "wrong_department") == (
        "문의하신 내용은 환불·교환에서 도와드립니다. 환불·교환 상담원에게 연결해 드리겠습니다. "
        "지금까지 하신 말씀은 전해 두었으니 다시 설명하지 않으셔도 됩니다."
    )
    # Nobody is helped "at the agent".
    assert words.transferred("상담원", "wrong_department").startswith("상담원에게 연결해 드리겠습니다. 지금까지")


def test_the_next_agent_hears_who_passed_the_caller_on_and_why() -> None:
    assert words.whisper_transfer("배송", "wrong_department", "송장 없음", "환불해 주세요", 40) == (
        "배송에서 넘어온 고객입니다. 부서가 맞지 않았습니다. 메모: 송장 없음. 고객 말씀: 환불해 주세요. "
        "40초 기다리셨습니다."
    )
    assert words.whisper_transfer("상담원", "other", "급함", "", 40) == (
        "다른 상담원이 넘긴 고객입니다. 메모: 급함. 40초 기다리셨습니다."
    )


# Finding the department


def test_the_greeting_names_the_site() -> None:
    assert words.greeting("바로샵 고객센터") == "안녕하세요, 바로샵 고객센터입니다."


def test_asking_again_gives_examples() -> None:
    assert words.did_not_hear() == "말씀이 잘 들리지 않았습니다."
    assert words.ask_again("배송 조회처럼 말씀해 주세요.") == "다시 한번 말씀해 주세요. 배송 조회처럼 말씀해 주세요."


def test_the_keys_are_read_with_the_right_particles() -> None:
    assert words.keys_options([("요금·결제", "1"), ("배송", "2"), ("상담원", "0")]) == (
        "번호로 안내해 드리겠습니다. 요금·결제는 1번, 배송은 2번, 상담원은 0번을 눌러 주세요."
    )


def test_a_guess_is_confirmed_by_word_or_key() -> None:
    assert words.confirm("배송") == (
        "배송 문의가 맞으세요? 맞으면 네라고 말씀하시거나 1번, 아니면 아니요라고 말씀하시거나 2번을 눌러 주세요."
    )


def test_who_wants_a_person_has_no_question_about_persons() -> None:
    assert words.confirm("상담원").startswith("상담원 연결이 맞으세요?")
    assert words.connecting("상담원") == "상담원에게 연결해 드리겠습니다."
    assert words.whisper_live("상담원", "", 40) == "상담원 연결입니다. 40초 기다리셨습니다."
    assert words.callback_greeting("바로샵", "상담원") == (
        "안녕하세요, 바로샵입니다. 요청하신 상담 전화입니다. 지금 통화하시려면 네라고 말씀하시거나 1번을 눌러 주세요."
    )


def test_the_caller_hears_where_the_call_goes() -> None:
    assert words.connecting("배송") == "배송 상담원에게 연결해 드리겠습니다."


# Callbacks


def test_a_callback_is_offered_with_place_and_wait() -> None:
    assert words.offer_callback(4, (4, 8)) == (
        "앞에 세 분이 계십니다. 예상 대기 시간은 4분에서 8분 정도입니다. "
        "기다리시는 대신 차례가 되면 저희가 전화를 드릴까요? "
        "전화를 원하시면 네라고 말씀하시거나 1번, 계속 기다리시려면 2번을 눌러 주세요."
    )
    assert words.offer_callback(None, None) == (
        "기다리시는 대신 차례가 되면 저희가 전화를 드릴까요? "
        "전화를 원하시면 네라고 말씀하시거나 1번, 계속 기다리시려면 2번을 눌러 주세요."
    )


def test_a_closed_department_tells_its_hours_and_offers_a_callback() -> None:
    opens = datetime(2026, 11, 26, 9, tzinfo=SEOUL)

    assert words.closed("평일 오전 9시부터 오후 6시까지") == (
        "지금은 상담 시간이 아닙니다. 상담 시간은 평일 오전 9시부터 오후 6시까지입니다."
    )
    assert words.offer_callback_closed(opens) == (
        "11월 26일 목요일 오전 아홉 시에 상담이 시작되면 저희가 전화를 드릴까요? "
        "원하시면 네라고 말씀하시거나 1번, 아니면 2번을 눌러 주세요."
    )
    assert words.offer_callback_closed(None) == (
        "상담이 시작되면 저희가 전화를 드릴까요? 원하시면 네라고 말씀하시거나 1번, 아니면 2번을 눌러 주세요."
    )


def test_with_nobody_signed_in_a_callback_is_offered() -> None:
    assert words.nobody_here() == "지금은 연결할 수 있는 상담원이 없습니다."
    assert words.offer_callback_nobody() == (
        "상담원이 돌아오는 대로 저희가 전화를 드릴까요? "
        "전화를 원하시면 네라고 말씀하시거나 1번, 원하지 않으시면 2번을 눌러 주세요."
    )


def test_the_number_is_asked_for_and_read_back() -> None:
    assert words.enter_number(listens=True) == (
        "전화받으실 번호를 지역 번호나 010부터 말씀해 주세요. 누르실 때는 끝에 우물 정자를 눌러 주세요."
    )
    assert words.enter_number(listens=False) == "전화받으실 번호를 지역 번호나 010부터 누르고 우물 정자를 눌러 주세요."
    assert words.number_unclear(listens=True) == (
        "번호를 알아듣지 못했습니다. 한 자리씩 다시 말씀하시거나, 누르고 우물 정자를 눌러 주세요."
    )
    assert words.number_unclear(listens=False) == (
        "번호를 알아듣지 못했습니다. 전화받으실 번호를 지역 번호나 010부터 누르고 우물 정자를 눌러 주세요."
    )
    assert words.number_not_usable(listens=True) == (
        "그 번호로는 전화를 드릴 수 없습니다. 국내 휴대폰이나 유선 전화 번호를 말씀하시거나 눌러 주세요."
    )
    assert words.number_not_usable(listens=False) == (
        "그 번호로는 전화를 드릴 수 없습니다. 국내 휴대폰이나 유선 전화 번호를 눌러 주세요."
    )
    assert words.confirm_number("+821012345678") == (
        "공일공, 일이삼사, 오육칠팔 번으로 전화를 드리겠습니다. "
        "맞으면 네라고 말씀하시거나 1번, 다른 번호는 2번을 눌러 주세요."
    )


def test_a_promise_says_when_and_that_the_place_is_kept() -> None:
    opens = datetime(2026, 11, 26, 9, 30, tzinfo=SEOUL)

    assert words.promised(None, again=False) == (
        "차례가 되면 꼭 전화드리겠습니다. 순서는 그대로 지켜 드립니다. 이제 끊으셔도 됩니다. 감사합니다."
    )
    assert words.promised(opens, again=False) == (
        "11월 26일 목요일 오전 아홉 시 반 이후에 꼭 전화드리겠습니다. 순서는 그대로 지켜 드립니다. "
        "이제 끊으셔도 됩니다. 감사합니다."
    )


def test_a_second_promise_to_the_same_number_is_the_first_one() -> None:
    assert words.promised(None, again=True) == (
        "이미 전화를 드리기로 한 번호입니다. 약속한 대로 전화드리겠습니다. 감사합니다."
    )


def test_the_callback_says_who_calls_and_why() -> None:
    assert words.callback_greeting("바로샵", "배송") == (
        "안녕하세요, 바로샵입니다. 요청하신 배송 상담 전화입니다. "
        "지금 통화하시려면 네라고 말씀하시거나 1번을 눌러 주세요."
    )


# What agents hear


def test_the_whisper_tells_department_words_and_wait() -> None:
    assert words.whisper_live("배송", "배송이 안 와요", 200) == (
        "배송 문의입니다. 고객 말씀: 배송이 안 와요. 4분 기다리셨습니다."
    )
    assert words.whisper_live("배송", "", 0) == "배송 문의입니다. 1초 기다리셨습니다."
    assert words.accept_hint() == "받으시려면 1번을 눌러 주세요."


def test_the_whisper_of_a_callback_tells_the_attempt() -> None:
    assert words.whisper_callback("배송", "배송이 안 와요", 7500, 2) == (
        "배송 콜백입니다. 고객 말씀: 배송이 안 와요. 2시간 5분 전에 요청하셨고 두 번째 시도입니다. "
        "받으시면 고객에게 전화를 겁니다."
    )


@pytest.mark.parametrize(("waited_seconds", "spoken"), [(3600, "1시간"), (3540.5, "1시간"), (59.9, "59초")])
def test_long_waits_are_told_in_hours(waited_seconds: float, spoken: str) -> None:
    assert words.whisper_live("배송", "", waited_seconds) == f"배송 문의입니다. {spoken} 기다리셨습니다."


def test_agents_hear_what_became_of_the_caller() -> None:
    assert words.dialling_caller() == "고객에게 전화를 걸고 있습니다. 잠시만 기다려 주세요."
    assert words.caller_left() == "고객이 먼저 전화를 끊었습니다."
    assert words.caller_unreachable() == "고객이 전화를 받지 않았습니다. 나중에 다시 걸겠습니다."
    assert words.agent_done() == "상담이 끝났습니다. 수고하셨습니다."
    assert words.agent_declined() == "다른 상담원에게 연결합니다."


# When things go wrong, and at the end


def test_a_fault_of_ours_is_owned() -> None:
    assert words.apology() == "죄송합니다. 시스템에 문제가 있어 상담원에게 연결해 드리겠습니다."
    assert words.apology_fallback() == "죄송합니다. 지금 시스템에 문제가 있습니다. 다른 번호로 연결해 드리겠습니다."
    assert words.goodbye() == "이용해 주셔서 감사합니다. 안녕히 계세요."
