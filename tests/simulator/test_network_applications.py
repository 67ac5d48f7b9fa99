"""Applications that were not written for this network run on it unmodified."""

import io
import threading
import wave
from collections.abc import Callable, Iterator

import pytest
import requests
from applications import voicemail, warm_transfer
from flask import Flask
from test_network_media import recording
from twilio.rest import Client
from werkzeug.serving import make_server

from simulator.client import NetworkClient
from simulator.one_call import phone_network

ACCOUNT, TOKEN, NUMBER = "AC" + "5" * 32, "secret", "+82215550100"
CUSTOMER, FIRST, SECOND = "+821011110000", "+821022220000", "+821033330000"
WELCOME = "Welcome to Baroshop. For opening hours, press 1. To leave a message, press 2."


@pytest.fixture
def serve() -> Iterator[Callable[[Flask], str]]:
    servers = []

    def start(app: Flask) -> str:
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def shop(serve) -> Iterator[tuple[Flask, NetworkClient]]:
    app = voicemail.create_app(TOKEN)
    about = {"account_sid": ACCOUNT, "auth_token": TOKEN, "number": NUMBER, "speed": 20.0}
    with phone_network(f"{serve(app)}/voice", **about) as network:
        yield app, network


def test_a_menu_says_what_is_asked_for_and_asks_again(shop) -> None:
    _, network = shop

    sid = network.play(
        CUSTOMER, steps=[{"waits_for": "press 2"}, {"presses": "1"}, {"waits_for": "press 2"}, "hangs_up"]
    )

    assert network.look(sid)["heard"] == [WELCOME, "We are open from nine to six.", WELCOME]


def test_wrong_keys_are_remembered_in_a_cookie_for_the_length_of_a_call(shop) -> None:
    _, network = shop
    wrong = [{"waits_for": "press 2"}, {"presses": "7"}, {"waits_for": "not in use"}]

    calls = [network.play(CUSTOMER, steps=[*wrong, *wrong, {"waits_for": "call again"}]) for _ in range(2)]

    # The second call begins anew.
    sorry = "Sorry, that key is not in use."
    expected = [WELCOME, sorry, WELCOME, sorry, "Please call again later."]
    assert [network.look(sid)["heard"] for sid in calls] == [expected, expected]


def test_a_message_is_recorded_and_its_sound_can_be_fetched(shop, tmp_path) -> None:
    app, network = shop
    file = recording(tmp_path / "message.wav", seconds=3)
    steps = [{"waits_for": "press 2"}, {"presses": "2"}, {"waits_for": "after the tone"}, "hears_out"]

    network.play(
        CUSTOMER,
        steps=[*steps, {"waits_seconds": 1}, {"says": str(file)}, {"presses": "#"}, {"waits_for": "Thank you"}],
    )

    [(caller, seconds, url)] = app.messages
    assert (caller, seconds) == (CUSTOMER, pytest.approx(4, abs=1))
    sound = requests.get(f"{url}.wav", auth=(ACCOUNT, TOKEN), timeout=5).content
    with wave.open(io.BytesIO(sound)) as wav:
        assert wav.getnframes() / wav.getframerate() == pytest.approx(seconds, abs=1)


def test_a_caller_is_passed_from_one_agent_to_another_who_is_told_who_calls(serve) -> None:
    client = Client(ACCOUNT, TOKEN)
    app = warm_transfer.create_app(client, TOKEN, NUMBER, (FIRST, SECOND))
    about = {"account_sid": ACCOUNT, "auth_token": TOKEN, "number": NUMBER, "speed": 10.0, "calls_per_second": 10.0}
    accepts = [{"waits_for": f"A call from {CUSTOMER}"}, {"presses": "1"}, "waits_to_talk", "stays"]
    url = serve(app)

    with phone_network(f"{url}/voice", **about) as network:
        client.api.base_url = network.url
        network.person(FIRST, name="Ann", steps=accepts)
        network.person(SECOND, name="Ben", steps=accepts)
        sid = network.call(CUSTOMER, name="Cho", steps=[{"waits_for": "hold the line"}, "waits_to_talk"])

        in_the_room(network, {"Cho", "Ann"})
        requests.post(f"{url}/transfer", data={"room": sid, "caller": CUSTOMER}, timeout=5)
        in_the_room(network, {"Cho", "Ann", "Ben"})
        requests.post(f"{url}/leave", data={"room": sid}, timeout=5)
        in_the_room(network, {"Cho", "Ben"})
        network.go_on(sid, {"hangs_up": True})
        network.finish(sid)
        network.wait_for(lambda e: e["kind"] == "ended" and e["name"] == "Ben")

        assert network.look(app.calls[0])["heard"] == [f"A call from {CUSTOMER}. Press any key to take it.", "Goodbye."]
        assert network.look(app.calls[1])["heard"][0] == f"A call from {CUSTOMER}. Press any key to take it."
        assert network.look(sid)["heard"][0] == "Please hold the line."
        assert [e for e in network.events() if e["kind"] == "error"] == []


def in_the_room(network: NetworkClient, names: set[str]) -> None:
    """Waits until just these are in the conference."""

    there: set[str] = set()

    def comes_or_goes(event: dict) -> bool:
        if event["kind"] == "joined_conference":
            there.add(event["name"])
        if event["kind"] == "left_conference":
            there.discard(event["name"])
        return there == names

    network.wait_for(comes_or_goes)
