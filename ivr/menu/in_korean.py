"""What is said of a menu file, in Korean: the English sentence is the key, `{}` stands for what it fills in.

A sentence without a line here is shown in English; a test names those that the checks can say.
"""

import re
from functools import cache

SENTENCES: dict[str, str] = {
    # Whole file
    "the file is empty": "파일이 비어 있습니다",
    "the file is larger than {} bytes": "파일이 {}바이트보다 큽니다",
    "the file is not UTF-8 (CP949 or UTF-16, perhaps): save it again as UTF-8": (
        "파일이 UTF-8이 아닙니다(CP949나 UTF-16일 수 있습니다). UTF-8로 다시 저장하세요"
    ),
    "the file nests deeper than any menu does": "들여쓰기가 너무 깊습니다",
    "a character that no keyboard types ({})": "키보드로 칠 수 없는 글자가 있습니다({})",
    "anchors and aliases (&, *) are not part of this language: write it out": (
        "&와 *는 쓸 수 없습니다. 그대로 다시 적으세요"
    ),
    "tags ({}) are not part of this language: leave it out": "{} 같은 태그는 쓸 수 없습니다. 지우세요",
    "a key is one word, not a list or a mapping": "키는 한 낱말이어야 합니다",
    '"{}" stands here a second time; the first is in line {}': '"{}"이(가) 두 번 나옵니다. 처음은 {}번째 줄입니다',
    # Not YAML
    "this is not valid YAML: a tab stands where spaces are meant; YAML is indented with spaces only": (
        "탭이 있습니다. 들여쓰기는 빈칸(스페이스)으로만 합니다"
    ),
    'this is not valid YAML: a text with ": " in it is written in quotes; or is the line indented too far?': (
        '": "가 든 글은 따옴표로 묶으세요. 아니면 줄이 너무 안쪽에 있습니다'
    ),
    "this is not valid YAML: could not find expected ':'": "콜론(:)이 빠졌거나 따옴표가 닫히지 않았습니다",
    'this is not valid YAML: a ":" and a value are missing, or a quote is not closed': (
        "콜론(:)과 값이 빠졌거나 따옴표가 닫히지 않았습니다"
    ),
    "this is not valid YAML: * and & mean something else in YAML: write the text in quotes": (
        "*와 &는 다른 뜻으로 쓰입니다. 글을 따옴표로 묶으세요"
    ),
    "this is not valid YAML: a quote before this is not closed, or the line is indented unlike its neighbours": (
        "이 앞에서 따옴표가 닫히지 않았거나, 이 줄의 들여쓰기가 옆줄과 다릅니다"
    ),
    "this is not valid YAML: inside {{ }} and [ ] a text with ? , [ ] {{ }} in it is written in quotes": (
        "{{ }}와 [ ] 안에서는 ? , [ ] {{ }}가 든 글을 따옴표로 묶습니다"
    ),
    "this is not valid YAML: a quote is opened and never closed": "따옴표를 열고 닫지 않았습니다",
    "this is not valid YAML: a second document begins here (---); a menu is one": (
        "---로 둘째 문서가 시작됩니다. 메뉴는 하나입니다"
    ),
    "this is not valid YAML: {}": "YAML 형식이 아닙니다: {}",
    # Keys
    '{}: no key "{}" is known here. Did you mean "{}"?': (
        '{}: "{}"(이)라는 키는 없습니다. "{}"을(를) 쓰려던 것인가요?'
    ),
    '{}: no key "{}" is known here. Known are: {}.': '{}: "{}"(이)라는 키는 없습니다. 쓸 수 있는 키: {}',
    '{}: "{}" is not yet part of this language: {}': '{}: "{}"은(는) 아직 쓸 수 없습니다: {}',
    '{}: "{}" is not yet part of this language': '{}: "{}"은(는) 아직 쓸 수 없습니다',
    '{}: "{}" is missing': '{}: "{}"이(가) 없습니다',
    "{}: keys with values are expected here, like `name: …`{}": "{}: `name: …`처럼 키와 값을 적어야 합니다{}",
    "{}: each has a name of its own, and its keys below it": "{}: 이름을 하나씩 적고 그 아래에 키를 적습니다",
    '"{}": a department is named in small letters here, like billing': (
        '"{}": 부서 이름표는 billing처럼 영어 소문자로 적습니다'
    ),
    # Phone keys
    'a key is written in quotes: "{}"': '번호는 따옴표로 묶습니다: "{}"',
    'a key is one digit in quotes, "0" to "9"; * and # repeat the question': (
        '번호는 따옴표로 묶은 숫자 하나("0"~"9")입니다. *와 #은 다시 듣기입니다'
    ),
    'key "{}" is taken by department "{}" in line {}': '"{}"번은 "{}" 부서가 {}번째 줄에서 이미 쓰고 있습니다',
    'key "{}" belongs to the department marked `person: true`': '"{}"번은 `person: true`인 부서의 번호입니다',
    'department "{}" is the way to a person: its key is "{}"': (
        '"{}" 부서는 상담원에게 가는 길이므로 번호가 "{}"이어야 합니다'
    ),
    'key "{}" changes the language: give department "{}" another one': (
        '"{}"번은 언어를 바꾸는 번호입니다. "{}" 부서에는 다른 번호를 주세요'
    ),
    "no department is marked `person: true`: callers need a way to a person": (
        "`person: true`인 부서가 없습니다. 상담원에게 가는 길이 있어야 합니다"
    ),
    'department "{}": only one may be `person: true`, and "{}" is, in line {}': (
        '"{}" 부서: `person: true`는 한 부서뿐인데 "{}"에 이미 있습니다({}번째 줄)'
    ),
    # Phrases and texts
    '"{}" stands in line {} already: once is enough': '"{}"은(는) {}번째 줄에 이미 있습니다. 한 번이면 됩니다',
    '"{}" is said for department "{}" too, in line {}: which one is meant?': (
        '"{}"은(는) "{}" 부서에도 있습니다({}번째 줄). 어느 쪽인가요?'
    ),
    '"{}" sounds like "{}" of department "{}" in line {}': (
        '"{}"은(는) "{}"과(와) 똑같이 들립니다("{}" 부서, {}번째 줄)'
    ),
    "a list of things that callers say is expected, one a line with a dash": (
        "고객이 하는 말을 한 줄에 하나씩, 앞에 -를 붙여 적습니다"
    ),
    "there is nothing to hear in this phrase": "이 말에는 들을 것이 없습니다",
    "there is nothing to say in this text": "이 글에는 읽을 것이 없습니다",
    "text is expected here": "여기에는 글을 적습니다",
    'YAML reads {} as true or false: write it in quotes, "{}"': (
        '{}은(는) 참/거짓으로 읽힙니다. 따옴표로 묶으세요: "{}"'
    ),
    'YAML reads {} as a number: write it in quotes, "{}"': '{}은(는) 숫자로 읽힙니다. 따옴표로 묶으세요: "{}"',
    "{} syllables are more than callers remember: {} at most, please": (
        "{}음절은 너무 깁니다. {}음절까지만 적어 주세요"
    ),
    '{}: "{}" is missing; where the site has several languages, write {{{}}}': (
        '{}: "{}" 글이 없습니다. 언어가 여럿이면 {{{}}}처럼 적습니다'
    ),
    # Values
    "true or false is expected here, without quotes": "따옴표 없이 true 또는 false를 적습니다",
    "a number from {} to {} is expected here, without quotes": "따옴표 없이 {}에서 {}까지의 수를 적습니다",
    "a whole number from 0 to {} is expected; larger is served first": (
        "0에서 {}까지의 정수를 적습니다. 큰 쪽을 먼저 받습니다"
    ),
    "a whole number from {} to {} is expected here, without quotes": "따옴표 없이 {}에서 {}까지의 정수를 적습니다",
    'announcements are "never", or have their own keys: `every_seconds: 90`': (
        "announcements는 never, 또는 `every_seconds: 90`처럼 적습니다"
    ),
    "a whole number from 0 to {} is expected here": "0에서 {}까지의 정수를 적습니다",
    'one of {} is expected here. Did you mean "{}"?': '{} 가운데 하나를 적습니다. "{}"을(를) 쓰려던 것인가요?',
    "one of {} is expected here.": "{} 가운데 하나를 적습니다",
    'no time zone "{}" is known. Did you mean "{}"?': '"{}"(이)라는 시간대는 없습니다. "{}"을(를) 쓰려던 것인가요?',
    '"{}" is no span of time; write "{}" or closed': '"{}"은(는) 시간대가 아닙니다. "{}" 또는 closed라고 적으세요',
    '"{}": there is no such time of day': '"{}": 그런 시각은 없습니다',
    '"{}" ends before it begins': '"{}": 끝나는 시각이 시작보다 빠릅니다',
    '"{}": the calendar has no such day': '"{}": 달력에 없는 날입니다',
    '"{}" is no date; write 2026-12-31': '"{}"은(는) 날짜가 아닙니다. 2026-12-31처럼 적으세요',
    'hours are "always", or given by days: `weekdays: "09:00-18:00"`': (
        '상담 시간은 always, 또는 `weekdays: "09:00-18:00"`처럼 적습니다'
    ),
    "with these hours the department never opens": "이대로는 이 부서가 열리지 않습니다",
    'department "{}" does not open within a year': '"{}" 부서는 1년 안에 열리지 않습니다',
    'callback is "never", or has a limit: `above_minutes: 3`': (
        "callback은 never, 또는 `above_minutes: 3`처럼 적습니다"
    ),
    "a list of skills is expected, like [billing]": "[billing]처럼 기술 목록을 적습니다",
    'no department is called "{}". Did you mean "{}"?': '"{}"(이)라는 부서는 없습니다. "{}"을(를) 쓰려던 것인가요?',
    'no department is called "{}".': '"{}"(이)라는 부서는 없습니다',
    'there is no sound "{}" on this server; there are: {}': '이 서버에는 "{}" 소리 파일이 없습니다. 있는 것: {}',
    'a test needs what the caller does: `said: 배송 조회` or `pressed: "2"`': (
        '시험에는 고객이 하는 일이 있어야 합니다: `said: 배송 조회` 또는 `pressed: "2"`'
    ),
    'menu "{}" leads nowhere: no department says `in: {}`': (
        '"{}" 메뉴에 든 부서가 없습니다. 부서에 `in: {}`을 적으세요'
    ),
    'menu "{}" lies within itself ({}): nobody ever reaches it': (
        '"{}" 메뉴가 자기 안에 있습니다({}). 아무도 갈 수 없습니다'
    ),
    'menu "{}" is on level {}: {} are the most': '"{}" 메뉴는 {}단계입니다. {}단계까지만 됩니다',
    'department "{}" is on level {}: {} are preferred, {} are the most': (
        '"{}" 부서는 {}단계에 있습니다. {}단계까지가 좋고 {}단계를 넘을 수 없습니다'
    ),
    'no menu is called "{}". Did you mean "{}"?': '"{}"(이)라는 메뉴는 없습니다. "{}"을(를) 쓰려던 것인가요?',
    'no menu is called "{}".': '"{}"(이)라는 메뉴는 없습니다',
    '"{}": a menu is named in small letters here, like payments': (
        '"{}": 메뉴 이름표는 payments처럼 영어 소문자로 적습니다'
    ),
    '"{}" is the name of a department too, in line {}: give one of them another': (
        '"{}"은(는) 부서 이름이기도 합니다({}번째 줄). 한쪽을 바꾸세요'
    ),
    'key "{}" leads to a person in every menu: give another one': (
        '"{}"번은 어느 메뉴에서나 상담원입니다. 다른 번호를 주세요'
    ),
    "the way to a person is in every menu: leave `in` out": "상담원은 어느 메뉴에나 있습니다. `in`을 지우세요",
    'key "{}" is taken by menu "{}" in line {}': '"{}"번은 "{}" 메뉴가 {}번째 줄에서 이미 쓰고 있습니다',
    'key "{}" changes the language: give menu "{}" another one': (
        '"{}"번은 언어를 바꾸는 번호입니다. "{}" 메뉴에는 다른 번호를 주세요'
    ),
    'no warning is called "{}". Did you mean "{}"?': '"{}"(이)라는 경고는 없습니다. "{}"을(를) 쓰려던 것인가요?',
    'no time zone "{}" is known.': '"{}"(이)라는 시간대는 없습니다',
    'keys are written in quotes, in the order in which they are pressed: "2" or "02"': (
        '번호는 누르는 순서대로 따옴표로 묶습니다: "2" 또는 "02"'
    ),
    "a list of tests is expected, each with a dash: `- {{said: 배송 조회, ends: delivery}}`": (
        "시험을 하나씩 앞에 -를 붙여 적습니다: `- {{said: 배송 조회, ends: delivery}}`"
    ),
    '"{}" is no moment; write 2026-12-24 14:00': '"{}"은(는) 때가 아닙니다. 2026-12-24 14:00처럼 적으세요',
    'a country whose holidays are known is expected, like KR, or "none"': "KR 같은 나라 이름 또는 none을 적습니다",
    'music is "none", an https:// address, or a path of this server: /static/hold.wav': (
        "음악은 none, https:// 주소, 또는 /static/hold.wav 같은 이 서버의 경로입니다"
    ),
    "a list of dates is expected, like [2026-12-31]": "[2026-12-31]처럼 날짜 목록을 적습니다",
    "a list of languages is expected, the first one first: [ko, en]": "[ko, en]처럼 기본 언어부터 적습니다",
    'no language "{}" is spoken here. Known are: {}.': '"{}"(이)라는 언어는 없습니다. 쓸 수 있는 언어: {}',
    "numbers have a language each: {}": "번호마다 언어를 적습니다: {}",
    '"{}": a number is written like "+82255501990", in quotes': '"{}": 번호는 "+82255501990"처럼 따옴표로 묶습니다',
    'nothing is filled in for "{}". Did you mean "{}"?': (
        '"{}" 자리에 들어갈 것이 없습니다. "{}"을(를) 쓰려던 것인가요?'
    ),
    'nothing is filled in for "{}". Known here are: {}.': '"{}" 자리에 들어갈 것이 없습니다. 쓸 수 있는 것: {}',
    "a brace is opened and not closed, or the other way round": "중괄호가 열리거나 닫히기만 했습니다",
    "numbers have a priority each: {{{}}}": "번호마다 우선순위를 적습니다: {{{}}}",
    "days have hours each: {{{}}}": "날짜마다 시간대를 적습니다: {{{}}}",
    "a closed day stands in `closed_on`": "쉬는 날은 `closed_on`에 적습니다",
    # Recordings
    '{}: no key "{}" is known here: a recorded sentence stands in `recordings`, beside `menu` and `departments`': (
        '{}: "{}"(이)라는 키는 없습니다. 녹음한 문장은 `menu`, `departments`와 나란히 `recordings`에 적습니다'
    ),
    "each file has the sentence that it says: `audio/welcome.wav: 안녕하세요.`": (
        "파일마다 그 파일이 말하는 문장을 적습니다: `audio/welcome.wav: 안녕하세요.`"
    ),
    "{} recordings are too many: {} at most, please": "녹음 {}개는 너무 많습니다. {}개까지만 됩니다",
    '"{}": a recording can\'t hold what is filled in when it is spoken: "{}"': (
        '"{}": 그때그때 바뀌는 말은 녹음할 수 없습니다: "{}"'
    ),
    '"{}": the file lies below the menu\'s folder, and is written from there: audio/welcome.wav': (
        '"{}": 파일은 메뉴 파일의 폴더 안에 두고, 거기서부터 audio/welcome.wav처럼 적습니다'
    ),
    '"{}": a recording is a file .wav or .mp3': '"{}": 녹음은 .wav나 .mp3 파일입니다',
    '"{}" says the same as "{}" in line {}: which one is meant?': (
        '"{}"과(와) "{}"이(가) 같은 문장입니다({}번째 줄). 어느 쪽인가요?'
    ),
    '"{}" leads out of the menu\'s folder: put the file itself there': (
        '"{}"은(는) 메뉴 파일의 폴더 밖에 있습니다. 파일을 폴더 안에 두세요'
    ),
    'there is no file "{}" in the menu\'s folder': '메뉴 파일의 폴더에 "{}" 파일이 없습니다',
    '"{}" is larger than {} MB': '"{}"이(가) {}MB보다 큽니다',
    '"{}" is neither WAV nor MP3, whatever its name says': '"{}"은(는) 이름과 달리 WAV도 MP3도 아닙니다',
    '"{}" has no sound in it': '"{}"에 소리가 없습니다',
    '"{}" takes {} s; {} s at most, please': '"{}"이(가) {}초입니다. {}초까지만 됩니다',
    '"{}" is a WAV file that breaks off: export it again': '"{}"은(는) 끊긴 WAV 파일입니다. 다시 내보내세요',
    '"{}" is WAV of {}: export it as PCM of 16 bit (or 8), µ-law or A-law': (
        '"{}"은(는) {} WAV입니다. PCM 16비트(또는 8비트)나 µ-law, A-law로 내보내세요'
    ),
    '"{}" has {} channels: export it as mono': '"{}"은(는) {}채널입니다. 모노로 내보내세요',
    # Warnings
    '"{}" is never played: nothing says exactly “{}”. Did you mean "{}"?': (
        '"{}"은(는) 쓰이지 않습니다. 똑같이 “{}”라고 안내하는 곳이 없습니다. "{}"을(를) 쓰려던 것인가요?'
    ),
    '"{}" is never played: nothing says exactly “{}”.': (
        '"{}"은(는) 쓰이지 않습니다. 똑같이 “{}”라고 안내하는 곳이 없습니다'
    ),
    "callers are not told who pays for the call: give `notices: charge`": (
        "통화료 안내가 없습니다. `notices:` 아래에 `charge:`를 적으세요"
    ),
    "agents are not protected by a notice against abuse: give `notices: abuse`": (
        "폭언 금지 안내가 없습니다. `notices:` 아래에 `abuse:`를 적으세요"
    ),
    'department "{}" never offers a callback on arrival, however long the wait': (
        '"{}" 부서는 아무리 오래 기다려도 콜백을 먼저 권하지 않습니다'
    ),
    'department "{}" has {} phrases in "{}": with ten, callers are understood far better': (
        '"{}" 부서에 적힌 말이 {}개뿐입니다("{}"). 열 개쯤이면 훨씬 잘 알아듣습니다'
    ),
    "{} takes about {} s to listen to; {} s at most, please": (
        "{}: 다 듣는 데 약 {}초 걸립니다. {}초까지만 적어 주세요"
    ),
    'in "{}" callers listen for about {} s before they can answer; {} s at most, please': (
        '"{}": 고객이 대답하기까지 약 {}초를 듣습니다. {}초까지만 적어 주세요'
    ),
    'the recogniser has no sounds for "{}": write it as it is spoken (5G → 파이브 지)': (
        '음성 인식기가 "{}"을(를) 알아듣지 못합니다. 소리 나는 대로 적으세요(5G → 파이브 지)'
    ),
    '"{}" and "{}" are taken for each other in "{}": {}': '"{}" 부서와 "{}" 부서가 헷갈립니다("{}"): {}',
    'no agent can serve "{}" (skill {}): see `barocall agents add --help`': (
        '"{}" 부서를 맡을 상담원이 없습니다(기술 {}). `barocall agents add --help`를 보세요'
    ),
    "this menu was to be looked through {} days ago: do so, and set the next date": (
        "{}일 전에 살펴보기로 한 메뉴입니다. 살펴보고 다음 날짜를 적으세요"
    ),
    '"{}" is switched off, but there is no such warning': '"{}" 경고를 꺼 두었지만, 지금은 그런 경고가 없습니다',
}


def in_korean(told: str) -> str:
    """The same in Korean; in English where nobody has written it."""
    for pattern, korean in _patterns():
        found = pattern.fullmatch(told)
        if found is not None:
            return korean.format(*map(_filled_in, found.groups()))
    return told


def _filled_in(english: str) -> str:
    named = re.fullmatch(r'department "(.*)"', english)
    return (
        f'"{named[1]}" 부서'
        if named is not None
        else {"the file": "파일", "the question": "질문"}.get(english, english)
    )


@cache
def _patterns() -> tuple[tuple["re.Pattern[str]", str], ...]:
    """What fills in little is tried first: "{}: {}" would match nearly everything."""
    ordered = sorted(SENTENCES.items(), key=lambda pair: -len(pair[0].replace("{}", "")))
    return tuple((re.compile(_pattern(english), re.DOTALL), korean) for english, korean in ordered)


def _pattern(english: str) -> str:
    parts = english.split("{}")
    return "(.*?)".join(re.escape(part.replace("{{", "{").replace("}}", "}")) for part in parts)
