"""People on the line: how they answer, what they do, and what is told when their script does not work out."""

import pytest
from test_network_media import recording

from simulator.client import ScriptFailed
from simulator.people import BadPerson, BadStep, Person, person_of
from simulator.steps import ACTIONS, checked

BOB = "+821098765432"
QUESTION = "Which colour would you like? You may say blue, green, red, or anything else."
ASKED = f"""<Response>
  <Gather input="dtmf speech" action="/heard" speechTimeout="1" timeout="5"><Say>{QUESTION}</Say></Gather>
  <Say>Nothing was heard.</Say>
</Response>"""


def heard(parameters: dict[str, str]) -> str:
    return f"<Response><Say>You said {parameters.get('SpeechResult') or parameters.get('Digits')}.</Say></Response>"


@pytest.fixture
def asking(make_stage):
    stage = make_stage(speed=10.0)
    stage.app.documents = {"answer": ASKED, "heard": heard}
    return stage


def events(stage, sid: str, kind: str) -> list[dict]:
    return [event for event in stage.client.events() if event["kind"] == kind and event.get("call") == sid]


# A script that does not work out


def test_words_that_never_come_fail_the_script_and_tell_what_was_heard(asking) -> None:
    steps = [{"waits_for": "Which size", "within_seconds": 3}]

    with pytest.raises(ScriptFailed) as failed:
        asking.client.play("+821012345678", steps=steps)

    first = str(failed.value).splitlines()[0]
    assert first == f"waited 3 s in vain for “Which size”; heard instead: “{QUESTION}”"


def test_an_application_that_hangs_up_first_fails_the_script(asking) -> None:
    asking.app.documents = {"answer": "<Response><Say>We are closed.</Say></Response>"}

    with pytest.raises(ScriptFailed) as failed:
        asking.client.play("+821012345678", steps=[{"waits_for": "Which"}])

    first = str(failed.value).splitlines()[0]
    assert first == "the call ended while they waited for “Which”; heard instead: “We are closed.”"


def test_whatever_is_left_undone_is_named(asking) -> None:
    asking.app.documents = {"answer": "<Response><Say>We are closed.</Say></Response>"}
    steps = [{"waits_for": "closed"}, {"waits_seconds": 30}, {"presses": "1"}, {"waits_for": "Thanks"}, "hangs_up"]

    with pytest.raises(ScriptFailed) as failed:
        asking.client.play("+821012345678", steps=steps)

    first = str(failed.value).splitlines()[0]
    assert first == "the call ended before this was done: presses “1”, waits for “Thanks”"


def test_who_hangs_up_has_left_nothing_undone(asking) -> None:
    sid = asking.client.play("+821012345678", steps=[{"waits_for": "Which"}, "hangs_up", {"presses": "1"}])

    assert asking.client.look(sid)["status"] == "completed"


def test_silence_is_told_as_such(asking) -> None:
    asking.app.documents = {"answer": '<Response><Play digits="w"/><Pause length="9"/></Response>'}

    with pytest.raises(ScriptFailed, match=r"waited 2 s in vain for “Hello”; heard nothing instead"):
        asking.client.play("+821012345678", steps=[{"waits_for": "Hello", "within_seconds": 2}])


# What they do


def test_a_mumble_is_no_word(asking) -> None:
    sid = asking.client.play("+821012345678", steps=[{"waits_for": "Which"}, "hears_out", {"mumbles": 1}])

    assert asking.client.look(sid)["heard"] == [QUESTION, "Nothing was heard."]
    assert [event.get("audio") for event in events(asking, sid, "said_by_person")] == ["(mumbles)"]


def test_an_interruption_cuts_the_prompt_short(asking) -> None:
    steps = [{"interrupts": "Which", "after_seconds": 1}, {"says_text": "blue"}]

    sid = asking.client.play("+821012345678", steps=steps)

    assert asking.client.look(sid)["heard"] == [QUESTION, "You said blue."]
    [cut] = events(asking, sid, "cut_short")
    assert 1.0 <= cut["after_seconds"] < 4.0


def test_an_interruption_that_comes_too_late_fails_the_script(asking) -> None:
    # The question takes about five seconds.
    steps = [{"interrupts": "Which", "after_seconds": 6}, {"says_text": "blue"}]

    with pytest.raises(ScriptFailed, match=r"wanted to interrupt “Which” after 6 s, but by then it was over"):
        asking.client.play("+821012345678", steps=steps)


def test_who_hears_out_lets_the_prompt_end(asking) -> None:
    sid = asking.client.play("+821012345678", steps=[{"waits_for": "Which"}, "hears_out", {"presses": "5#"}])

    assert asking.client.look(sid)["heard"] == [QUESTION, "You said 5."]
    assert events(asking, sid, "cut_short") == []


def test_a_recording_with_its_words_is_understood(asking, tmp_path) -> None:
    file = recording(tmp_path / "blue.wav", seconds=1)

    sid = asking.client.play("+821012345678", steps=[{"waits_for": "Which"}, {"says": str(file), "text": "dark blue"}])

    assert asking.client.look(sid)["heard"] == [QUESTION, "You said dark blue."]


def test_a_dropped_line_is_noticed_later(asking) -> None:
    asking.app.documents = {"answer": '<Response><Play digits="w"/><Pause length="60"/></Response>'}

    sid = asking.client.play("+821012345678", steps=[{"drops_line": True, "noticed_after_seconds": 5}])

    [dropped, ended] = events(asking, sid, "line_dropped") + events(asking, sid, "ended")
    assert (ended["seconds"] - dropped["seconds"]) * 10 > 4.9
    assert ended["status"] == "completed"


# How they answer


def ring(stage, **about) -> str:
    stage.client.person(BOB, **about)
    stage.app.documents = {"out": '<Response><Say>Hello</Say><Pause length="20"/></Response>'}
    return stage.rest.calls.create(to=BOB, from_="+82215550100", url=f"{stage.app.url}/out", timeout=60).sid


def test_a_person_answers_after_so_many_rings(stage) -> None:
    sid = ring(stage, answers_after_rings=3, steps=["hangs_up"])

    assert stage.ends(sid) == "completed"
    [ringing, answered] = events(stage, sid, "ringing") + events(stage, sid, "answered")
    # Three rings of six seconds, 25 times faster.
    assert 17.9 < (answered["seconds"] - ringing["seconds"]) * 25 < 30


def test_an_answering_machine_greets_beeps_and_lets_itself_be_spoken_to(stage) -> None:
    sid = ring(stage, is_machine=True, greeting="Please leave a message", greeting_seconds=3)

    assert stage.ends(sid) == "completed"
    said = events(stage, sid, "said_by_person")
    assert [(event.get("text"), event.get("audio")) for event in said] == [
        ("Please leave a message", "Please leave a message"),
        (None, "(beep)"),
    ]
    assert (said[1]["seconds"] - said[0]["seconds"]) * 25 > 2.9
    assert stage.client.look(sid)["heard"] == ["Hello"]


def test_a_machine_may_have_no_beep(stage) -> None:
    sid = ring(stage, is_machine=True, beep=False)

    stage.ends(sid)
    assert [event["audio"] for event in events(stage, sid, "said_by_person")] == ["(greeting)"]


# In Python


def test_a_script_in_python_is_a_function_with_a_phone(asking) -> None:
    def alice(phone) -> None:
        phone.waits_for("Which")
        phone.hears_out()
        phone.says_text("red")
        phone.waits_for("You said red")
        phone.hangs_up()

    call = asking.server.network.dial_in(Person("+821012345678", name="Alice", plays=alice))
    asking.client.finish(call.sid)

    assert call.ear.heard == [QUESTION, "You said red."]


def test_an_error_of_a_script_in_python_is_told(asking) -> None:
    def alice(phone) -> None:
        phone.waits_for("Which")
        raise AssertionError("nobody asked for the size")

    call = asking.server.network.dial_in(Person("+821012345678", plays=alice))

    with pytest.raises(ScriptFailed, match="AssertionError: nobody asked for the size"):
        asking.client.finish(call.sid)


# What is refused


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ({"presess": "1"}, "Did you mean presses?"),
        ({"presses": "1", "within_seconds": 3}, "presses has no within_seconds. Its options: none."),
        ({"waits_for": "x", "says_text": "y"}, "waits_for and says_text are two steps"),
        ("waits_for", "A step is an object with one of the known keys"),
        ({"presses": 8}, "presses is text; write it in quotes"),  # YAML reads 010 as 8.
        ({"says_text": False}, "says_text is text; write it in quotes"),  # And no as false.
        ({"waits_seconds": "two"}, "waits_seconds is a number of seconds"),
        ({"waits_for": "x", "within_seconds": True}, "within_seconds is a number of seconds"),
        (7, "A step is an object with one of the known keys"),
    ],
)
def test_a_step_that_is_none_is_refused_by_name(step: object, message: str) -> None:
    with pytest.raises(BadStep) as refused:
        checked(step)

    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("about", "message"),
    [
        ({"number": 821012345678}, "number 821012345678: text in quotes, like '+821012345678', is expected"),
        ({}, "there is no number"),
        ({"number": BOB, "steps": "hangs_up"}, "steps 'hangs_up': a list is expected"),
        ({"number": BOB, "line": 5}, "line 5: a list of keys and values is expected"),
        ({"number": BOB, "answers_after_rings": "three"}, "answers_after_rings 'three': a whole number is expected"),
        ({"number": BOB, "is_machine": "yes"}, "is_machine 'yes': true or false is expected"),
    ],
)
def test_a_value_of_another_kind_is_refused_by_name(about: dict, message: str) -> None:
    with pytest.raises(BadPerson) as refused:
        person_of(about)

    assert str(refused.value) == message


def test_a_person_that_is_none_is_refused_by_name(stage) -> None:
    with pytest.raises(ValueError, match="Did you mean answers_with"):
        stage.client.person(BOB, answer_with="busy")
    with pytest.raises(ValueError, match="lost 2: a share from 0 to 1 is expected"):
        stage.client.person(BOB, line={"lost": 2})
    with pytest.raises(BadPerson, match="answers_with 'later': answer, busy, no-answer, decline are known"):
        Person(BOB, answers_with="later")


def test_each_step_and_each_option_is_in_the_documentation(repo_root) -> None:
    page = (repo_root / "docs" / "simulator.md").read_text(encoding="utf-8")

    assert [name for name in ACTIONS if f"`{name}" not in page and f'"{name}"' not in page] == []
