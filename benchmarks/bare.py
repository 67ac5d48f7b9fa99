"""The floor: the least that any voice webhook has to do. A signature check and one Gather with a Say."""

import os

from flask import Flask, Response, abort, request
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Gather, VoiceResponse

app = Flask(__name__)
validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])
public_url = os.environ["PUBLIC_URL"]


@app.post("/voice/<name>")
def answer(name: str) -> Response:
    signature = request.headers.get("X-Twilio-Signature", "")
    if not validator.validate(f"{public_url}{request.environ['RAW_URI']}", request.form, signature):
        abort(403)
    response = VoiceResponse()
    gather = Gather(num_digits=1, action="/voice/key")
    gather.say("무엇을 도와드릴까요?", language="ko-KR")
    response.append(gather)
    return Response(str(response), mimetype="text/xml")


@app.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok"}
