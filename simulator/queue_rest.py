"""Queues and their members in the REST API."""

from typing import Any

from flask import Blueprint, request

from simulator.answers import VERSION, error, not_found, page, rfc2822
from simulator.forms import BAD_PARAMETER, Form, Refused, filters, method_of, only, url_of, whole_of
from simulator.network import PhoneNetwork
from simulator.queues import CallQueue, Waiting
from simulator.twiml_rules import DEFAULT_QUEUE_SIZE, MOST_QUEUED
from simulator.verbs.fetch import Fetch

LONGEST_NAME_LETTERS = 64
# Unconfirmed: both numbers.
NOT_EMPTY, NAME_TAKEN = 22001, 22003
FIELDS = frozenset({"FriendlyName", "MaxSize"})


def serve_queues(rest: Blueprint, network: PhoneNetwork) -> None:
    queues = network.queues

    @rest.get("/Queues.json")
    def list_queues() -> Any:
        only(request.args, filters())
        return page("queues", [queue_json(network, queue) for queue in queues.newest_first()])

    @rest.post("/Queues.json")
    def create_queue() -> Any:
        only(request.form, FIELDS)
        name, most = _name(request.form), _size(request.form)
        if name is None:
            raise Refused(BAD_PARAMETER, "FriendlyName is required")
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
            only(request.form, FIELDS)
            queues.change(found, name=_name(request.form), max_size=_size(request.form))
        return queue_json(network, found)

    @rest.get("/Queues/<sid>/Members.json")
    def members(sid: str) -> Any:
        found = queues.find(sid)
        if found is None:
            return not_found()
        only(request.args, filters())
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
        fetch = _fetch(request.form)
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


def _name(form: Form) -> str | None:
    name = form.get("FriendlyName")
    if name is not None and not 1 <= len(name) <= LONGEST_NAME_LETTERS:
        raise Refused(BAD_PARAMETER, f"FriendlyName holds 1 to {LONGEST_NAME_LETTERS} letters")
    return name


def _size(form: Form) -> int | None:
    return whole_of(form, "MaxSize", DEFAULT_QUEUE_SIZE, 1, MOST_QUEUED) if "MaxSize" in form else None


def _fetch(form: Form) -> Fetch:
    only(form, {"Url", "Method"})
    url = url_of(form, "Url")
    if url is None:
        raise Refused(BAD_PARAMETER, "Url is required")
    return Fetch(url, method_of(form, "Method"))
