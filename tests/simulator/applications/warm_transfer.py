"""A warm transfer: the first agent brings in a second one, who is told in a whisper who calls, and then leaves."""

from functools import wraps

from flask import Flask, abort, request, url_for
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse


def create_app(client: Client, auth_token: str, number: str, agents: tuple[str, str]) -> Flask:
    app = Flask("warm_transfer")
    app.calls = {}
    validator = RequestValidator(auth_token)

    def from_twilio(view):
        @wraps(view)
        def checked(**arguments):
            signature = request.headers.get("X-Twilio-Signature", "")
            if not validator.validate(request.url, request.form, signature):
                abort(403)
            return view(**arguments)

        return checked

    def ring(agent: int, room: str, caller: str):
        url = url_for("whisper", agent=agent, room=room, caller=caller, _external=True)
        app.calls[agent] = client.calls.create(to=agents[agent], from_=number, url=url).sid

    def conference(room: str, *, ends: bool, starts: bool = True):
        response = VoiceResponse()
        dial = Dial(action="/done")
        wait = {} if starts else {"wait_url": "/wait"}
        dial.conference(room, start_conference_on_enter=starts, end_conference_on_exit=ends, beep=False, **wait)
        response.append(dial)
        return response

    @app.post("/voice")
    @from_twilio
    def voice():
        ring(0, room=request.form["CallSid"], caller=request.form["From"])
        response = conference(request.form["CallSid"], ends=True, starts=False)
        return str(response)

    @app.post("/wait")
    @from_twilio
    def wait():
        response = VoiceResponse()
        response.say("Please hold the line.")
        response.pause(length=5)
        return str(response)

    @app.post("/whisper/<int:agent>")
    @from_twilio
    def whisper(agent: int):
        response = VoiceResponse()
        url = url_for("accept", agent=agent, room=request.args["room"])
        gather = Gather(num_digits=1, action=url, timeout=10)
        gather.say(f"A call from {request.args['caller']}. Press any key to take it.")
        response.append(gather)
        response.hangup()
        return str(response)

    @app.post("/accept/<int:agent>")
    @from_twilio
    def accept(agent: int):
        return str(conference(request.args["room"], ends=agent == 1))

    @app.post("/transfer")
    def transfer():
        """The first agent's screen has a button for this."""
        ring(1, room=request.form["room"], caller=request.form["caller"])
        return "", 204

    @app.post("/leave")
    def leave():
        """And one for this, once the second agent is there."""
        [room] = client.conferences.list(friendly_name=request.form["room"], status="in-progress")
        client.conferences(room.sid).participants(app.calls[0]).delete()
        return "", 204

    @app.post("/done")
    @from_twilio
    def done():
        response = VoiceResponse()
        response.say("Goodbye.")
        response.hangup()
        return str(response)

    return app
