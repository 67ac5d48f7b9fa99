"""A shop's menu, with voicemail. It remembers wrong keys in a cookie."""

from functools import wraps

from flask import Flask, abort, make_response, request
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Gather, VoiceResponse

MOST_TRIES = 2


def create_app(auth_token: str) -> Flask:
    app = Flask("voicemail")
    app.messages = []
    validator = RequestValidator(auth_token)

    def from_twilio(view):
        @wraps(view)
        def checked():
            signature = request.headers.get("X-Twilio-Signature", "")
            if not validator.validate(request.url, request.form, signature):
                abort(403)
            return view()

        return checked

    @app.route("/voice", methods=["GET", "POST"])
    @from_twilio
    def voice():
        response = VoiceResponse()
        if int(request.cookies.get("tries", 0)) >= MOST_TRIES:
            response.say("Please call again later.")
            response.hangup()
            return str(response)
        gather = Gather(num_digits=1, action="/choice", timeout=3)
        gather.say("Welcome to Baroshop. For opening hours, press 1. To leave a message, press 2.")
        response.append(gather)
        response.redirect("/voice")
        return str(response)

    @app.post("/choice")
    @from_twilio
    def choice():
        digit = request.form["Digits"]
        response = VoiceResponse()
        if digit == "1":
            response.say("We are open from nine to six.")
            response.redirect("/voice")
            return str(response)
        if digit == "2":
            response.redirect("/leave")
            return str(response)
        response.say("Sorry, that key is not in use.")
        response.redirect("/voice")
        answer = make_response(str(response))
        answer.set_cookie("tries", str(int(request.cookies.get("tries", 0)) + 1))
        return answer

    @app.post("/leave")
    @from_twilio
    def leave():
        response = VoiceResponse()
        response.say("Please leave a message after the tone, then press the pound key.")
        response.record(max_length=30, timeout=4, finish_on_key="#", action="/saved", play_beep=True)
        response.say("We did not hear a message.")
        return str(response)

    @app.post("/saved")
    @from_twilio
    def saved():
        form = request.form
        app.messages.append((form["From"], int(form["RecordingDuration"]), form["RecordingUrl"]))
        response = VoiceResponse()
        response.say("Thank you. Goodbye.")
        response.hangup()
        return str(response)

    return app
