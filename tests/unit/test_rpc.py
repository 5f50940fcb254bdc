import threading

import pytest

from imgclust_jupyter.widget.rpc import BadRequestError, Requests


class Browser:
    """Collects what is sent to it."""

    def __init__(self):
        self.answers = {}
        self._changed = threading.Condition()

    def send(self, content, buffers):
        with self._changed:
            self.answers[content["id"]] = (content, buffers)
            self._changed.notify_all()

    def answer(self, number):
        with self._changed:
            assert self._changed.wait_for(lambda: number in self.answers, 60), f"no answer to request {number}"
            return self.answers[number]


@pytest.fixture
def browser():
    return Browser()


def request(number, kind, body=None, version=1):
    return {"v": version, "id": number, "kind": kind, "body": {} if body is None else body}


def test_each_request_is_answered(browser):
    def fail(_):
        raise RuntimeError("disk on fire")

    def refuse(_):
        raise BadRequestError("no such item")

    requests = Requests({"echo": lambda body: (body, [b"x"]), "fail": fail, "refuse": refuse}, (), browser.send)
    requests.receive(request(1, "echo", {"a": 1}), [])
    requests.receive(request(2, "fail"), [])
    requests.receive(request(3, "refuse"), [])
    requests.receive(request(4, "unheard of"), [])
    requests.receive(request(5, "echo", "no dict"), [])
    requests.receive(request(6, "echo", version=2), [])
    assert browser.answer(1) == ({"v": 1, "id": 1, "ok": True, "body": {"a": 1}}, [b"x"])
    reasons = {i: browser.answer(i)[0] for i in range(2, 7)}
    assert not any(r["ok"] for r in reasons.values())
    assert "RuntimeError" in reasons[2]["error"]
    assert "disk on fire" not in reasons[2]["error"]  # it might name folders of this machine; the log has it
    assert reasons[3]["error"] == "no such item"
    assert "unheard of" in reasons[4]["error"]
    assert "reload" in reasons[6]["error"]
    requests.close()


@pytest.mark.parametrize("junk", [{}, {"id": "1"}, {"id": None, "kind": "echo"}, {"anything": [1, 2]}])
def test_junk_is_left_out(browser, junk):
    Requests({"echo": lambda body: (body, [])}, (), browser.send).receive(junk, [])
    assert browser.answers == {}


def test_a_waiting_request_can_be_cancelled_and_a_running_one_ends(browser):
    go = threading.Event()
    requests = Requests({"slow": lambda _: (go.wait(60), ({}, []))[1]}, (), browser.send, threads=1)
    requests.receive(request(1, "slow"), [])
    requests.receive(request(2, "slow"), [])
    requests.receive(request(2, "cancel"), [])
    assert browser.answer(2)[0]["error"] == "cancelled"
    go.set()
    assert browser.answer(1)[0]["ok"]
    requests.receive(request(99, "cancel"), [])
    assert 99 not in browser.answers
    requests.close()


def test_immediate_requests_do_not_wait_behind_slow_ones(browser):
    go = threading.Event()
    requests = Requests(
        {"slow": lambda _: (go.wait(60), ({}, []))[1], "quick": lambda _: ({}, [])}, ("quick",), browser.send, threads=1
    )
    requests.receive(request(1, "slow"), [])
    requests.receive(request(2, "quick"), [])
    assert browser.answers[2][0]["ok"]
    assert 1 not in browser.answers
    go.set()
    requests.close()
