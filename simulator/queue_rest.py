"""Queues and their members in the REST API."""

from typing import Any

from flask import Blueprint, request
from werkzeug.datastructures import MultiDict

from simulator.answers import VERSION, error, not_found, page, rfc2822
from simulator.network import PhoneNetwork
from simulator.queues import CallQueue, Waiting
from simulator.twiml_rules import DEFAULT_QUEUE_SIZE, MOST_QUEUED
from simulator.verbs.fetch import Fetch

LONGEST_NAME_LETTERS = 64
# Unconfirmed: the number of any parameter that is missing or can't be.
BAD_PARAMETER = 20001
# Unconfirmed: both numbers.
NOT_EMPTY, NAME_TAKEN = 22001, 22003


class BadParameter(Exception):
    """A form that the resource can't take."""


def serve_queues(rest: Blueprint, network: PhoneNetwork) -> None:
    queues = network.queues

    @rest.errorhandler(BadParameter)
    def bad(problem: BadParameter) -> Any:
        return error(400, BAD_PARAMETER, str(problem))

    @rest.get("/Queues.json")
    def list_queues() -> Any:
        return page("queues", [queue_json(network, queue) for queue in queues.newest_first()])

    @rest.post("/Queues.json")
    def create_queue() -> Any:
        form = _known(request.form, "FriendlyName", "MaxSize")
        name, most = _name(form), _size(form)
        if name is None:
            raise BadParameter("FriendlyName is required")
        queue = queues.create(name, DEFAULT_QUEUE_SIZE if most is None else most)
        if queue is None:
            return error(400, NAME_TAKEN, f"There is a queue {name} already")
        return queue_json(network, queue), 201

    @rest.route("/Queues/<sid>.json", methods=["GET", "POST", "DELETE"])
    def queue(sid: str) -> Any:
        found = queues.find(sid)
        if found is None:
            return not_found()
        if request.method == "DELETE":
            return ("", 204) if queues.delete(found) else error(400, NOT_EMPTY, "The queue is not empty")
        if request.method == "POST":
            form = _known(request.form, "FriendlyName", "MaxSize")
            queues.change(found, name=_name(form), max_size=_size(form))
        return queue_json(network, found)

    @rest.get("/Queues/<sid>/Members.json")
    def members(sid: str) -> Any:
        found = queues.find(sid)
        if found is None:
            return not_found()
        return page("queue_members", [member_json(network, member) for member in list(found.waiting)])

    @rest.route("/Queues/<sid>/Members/<call_sid>.json", methods=["GET", "POST"])
    def member(sid: str, call_sid: str) -> Any:
        found = queues.find(sid)
        waiting = None if found is None else found.at(call_sid)
        if waiting is None:
            return not_found()
        answer = member_json(network, waiting)
        if request.method == "GET":
            return answer
        fetch = _fetch(_known(request.form, "Url", "Method"))
        return answer if queues.dequeue(waiting, fetch) else not_found()


def queue_json(network: PhoneNetwork, queue: CallQueue) -> dict[str, Any]:
    account = network.config.account_sid
    return {
        "sid": queue.sid,
        "account_sid": account,
        "friendly_name": queue.name,
        "current_size": len(queue.waiting),
        "max_size": queue.max_size,
        "average_wait_time": queue.average_seconds(network.elapsed_seconds()),
        "date_created": rfc2822(queue.created_at),
        "date_updated": rfc2822(queue.changed_at),
        "uri": f"/{VERSION}/Accounts/{account}/Queues/{queue.sid}.json",
    }


def member_json(network: PhoneNetwork, member: Waiting) -> dict[str, Any]:
    queue = member.queue
    return {
        "queue_sid": queue.sid,
        "call_sid": member.call.sid,
        "date_enqueued": rfc2822(member.joined_at),
        "position": queue.position(member),
        "wait_time": member.waited_seconds(network.elapsed_seconds()),
        "uri": f"/{VERSION}/Accounts/{network.config.account_sid}/Queues/{queue.sid}/Members/{member.call.sid}.json",
    }


def _known(form: "MultiDict[str, str]", *names: str) -> "MultiDict[str, str]":
    for name in form:
        if name not in names:
            raise BadParameter(f"{name} is not spoken here")
    return form


def _name(form: "MultiDict[str, str]") -> str | None:
    name = form.get("FriendlyName")
    if name is not None and not 1 <= len(name) <= LONGEST_NAME_LETTERS:
        raise BadParameter(f"FriendlyName holds 1 to {LONGEST_NAME_LETTERS} letters")
    return name


def _size(form: "MultiDict[str, str]") -> int | None:
    text = form.get("MaxSize")
    if text is None:
        return None
    if not text.isdigit() or not 1 <= int(text) <= MOST_QUEUED:
        raise BadParameter(f"MaxSize={text}: a whole number from 1 to {MOST_QUEUED} is expected")
    return int(text)


def _fetch(form: "MultiDict[str, str]") -> Fetch:
    url, method = form.get("Url"), form.get("Method", "POST")
    if not url:
        raise BadParameter("Url is required")
    if method not in ("GET", "POST"):
        raise BadParameter(f"Method={method}: GET or POST is expected")
    return Fetch(url, method)
