"""Documents: what is spoken, and how everything else is refused by name, with its line and Twilio's number."""

from pathlib import Path

import pytest

from simulator.twiml import BadTwiml, parse
from simulator.twiml_rules import RULES


def refusal(document: str) -> tuple[int, str]:
    with pytest.raises(BadTwiml) as refused:
        parse(document)
    return refused.value.code, str(refused.value)


@pytest.mark.parametrize(
    ("document", "code", "message"),
    [
        # Not readable.
        ("<Response><Say>", 12100, "line 1: not XML: no element found"),
        ("<html/>", 12100, "line 1: the document begins with <html>, not <Response>"),
        # Unknown, or known to Twilio and not spoken here.
        ("<Response><Pay/></Response>", 12200, "line 1: <Pay> inside <Response> is not spoken here"),
        ("<Response>\n<say>x</say></Response>", 12200, "line 2: <say> inside <Response> is not spoken here"),
        ("<Response><Gather><Dial/></Gather></Response>", 12200, "line 1: <Dial> inside <Gather> is not spoken here"),
        ('<Response><Say volume="11">x</Say></Response>', 12200, "line 1: <Say volume=…> is not spoken here"),
        ('<Response><Dial record="true">1</Dial></Response>', 12200, "line 1: <Dial record=…> is not spoken here"),
        (
            '<Response>\n\n<Gather partialResultCallback="/p"/></Response>',
            12200,
            "line 3: <Gather partialResultCallback=…> is not spoken here",
        ),
        (
            '<Response><Enqueue workflowSid="WW1">x</Enqueue></Response>',
            12200,
            "line 1: <Enqueue workflowSid=…> is not spoken here",
        ),
        # Values that can't be.
        (
            '<Response>\n<Gather timeout="soon"/></Response>',
            13313,
            'line 2: <Gather timeout="soon">: a whole number from 0 is expected',
        ),
        (
            '<Response><Gather numDigits="0"/></Response>',
            12200,
            'line 1: <Gather numDigits="0">: a whole number from 1 is expected',
        ),
        (
            '<Response><Gather input="gestures"/></Response>',
            12200,
            'line 1: <Gather input="gestures">: dtmf or speech, or several of them with spaces between is expected',
        ),
        (
            '<Response><Gather finishOnKey="A"/></Response>',
            12200,
            'line 1: <Gather finishOnKey="A">: keys (0 to 9, * and #) is expected',
        ),
        (
            '<Response><Gather speechTimeout="0"/></Response>',
            13327,
            'line 1: <Gather speechTimeout="0">: "auto" or a positive whole number is expected',
        ),
        (
            f'<Response><Gather hints="{"a," * 500}a"/></Response>',
            13330,
            f'line 1: <Gather hints="{"a," * 500}a">: at most 500 of 100 characters each is expected',
        ),
        (
            f'<Response><Gather hints="{"a" * 101}"/></Response>',
            13330,
            f'line 1: <Gather hints="{"a" * 101}">: at most 500 of 100 characters each is expected',
        ),
        (
            '<Response><Gather maxSpeechTime="61"/></Response>',
            12200,
            'line 1: <Gather maxSpeechTime="61">: a whole number from 1 to 60 is expected',
        ),
        (
            '<Response><Record maxLength="1"/></Response>',
            12200,
            'line 1: <Record maxLength="1">: a whole number from 2 to 86400 is expected',
        ),
        (
            '<Response><Record playBeep="no"/></Response>',
            12200,
            'line 1: <Record playBeep="no">: true or false is expected',
        ),
        (
            '<Response><Reject reason="rude"/></Response>',
            12200,
            'line 1: <Reject reason="rude">: rejected or busy is expected',
        ),
        (
            '<Response><Redirect method="PUT">/x</Redirect></Response>',
            12200,
            'line 1: <Redirect method="PUT">: GET or POST is expected',
        ),
        (
            '<Response><Enqueue waitUrlMethod="PUT">x</Enqueue></Response>',
            14206,
            'line 1: <Enqueue waitUrlMethod="PUT">: GET or POST is expected',
        ),
        (
            '<Response><Dial callerId="me">+8225550100</Dial></Response>',
            13214,
            'line 1: <Dial callerId="me">: a number like +8225550100 is expected',
        ),
        (
            '<Response><Dial><Queue reservationSid="WR1">x</Queue></Dial></Response>',
            14215,
            'line 1: <Queue reservationSid="WR1">: none, for there is no TaskRouter here, is expected',
        ),
        # Text where there is none, none where there is some.
        ("<Response><Enqueue/></Response>", 14204, "line 1: <Enqueue> is empty"),
        (
            f"<Response><Enqueue>{'x' * 65}</Enqueue></Response>",
            14205,
            "line 1: <Enqueue> holds 65 letters; at most 64 are expected",
        ),
        ("<Response><Dial><Queue/></Dial></Response>", 14212, "line 1: <Queue> is empty"),
        ("<Response><Redirect/></Response>", 12200, "line 1: <Redirect> is empty"),
        ("<Response>hello</Response>", 12200, "line 1: <Response> holds no text, but “hello” stands in it"),
    ],
)
def test_what_is_not_spoken_is_refused_by_name(document: str, code: int, message: str) -> None:
    assert refusal(document) == (code, message)


def test_defaults_of_gather() -> None:
    [gather] = parse("<Response><Gather/></Response>")

    given = ("input", "timeout", "speechTimeout", "finishOnKey", "numDigits", "language", "method", "action")
    assert {name: gather.values[name] for name in (*given, "actionOnEmptyResult", "profanityFilter")} == {
        "input": ("dtmf",),
        "timeout": 5,
        "speechTimeout": None,
        "finishOnKey": "#",
        "numDigits": None,
        "language": "en-US",
        "method": "POST",
        "action": None,
        "actionOnEmptyResult": False,
        "profanityFilter": True,
    }


def test_defaults_of_dial() -> None:
    [dial] = parse("<Response><Dial>+8225550100</Dial></Response>")

    assert (dial.number("timeout"), dial.number("timeLimit"), dial.flag("hangupOnStar")) == (30, 14400, False)


def test_beep_is_on_by_default() -> None:
    [dial] = parse("<Response><Dial><Conference>room</Conference></Dial></Response>")

    assert dial.children[0].word("beep") == "true"


def test_every_verb_and_attribute_is_in_the_docs(repo_root: Path) -> None:
    [section] = [
        part for part in (repo_root / "docs/simulator.md").read_text().split("\n## ") if part.startswith("Verbs")
    ]
    rows = {line.split("|")[1].strip(" `"): line for line in section.splitlines() if line.startswith("| `")}

    missing = [
        (tag, name) for tag, rule in RULES.items() for name in rule.attributes if f"`{name}`" not in rows.get(tag, "")
    ]

    assert (missing, sorted(RULES.keys() - rows.keys() - {"Response"})) == ([], [])


@pytest.mark.bad_twiml
def test_a_bad_document_is_told_of_with_its_line_and_number(stage) -> None:
    stage.app.documents = {"answer": '<Response>\n<Say volume="11">x</Say></Response>'}

    stage.ends(stage.calls())

    errors = [(e["code"], e["message"]) for e in stage.client.events() if e["kind"] == "error"]
    assert errors[0] == (12200, "line 2: <Say volume=…> is not spoken here")
