"""What is sent again and what is not, on a network that fails as told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import pytest

from karat.client.connection import Connection
from karat.client.errors import ServerFault, TooManyRequests, Unreachable

Outcome = httpx.Response | Exception


@dataclass
class Network:
    """Answers with one prepared outcome after the other; notes the pauses."""

    outcomes: list[Outcome]
    n_sent: int = 0
    pauses: list[float] = field(default_factory=list)

    def connection(self) -> Connection:
        transport = httpx.MockTransport(self._answer)
        return Connection("http://karat.test", "karat_x", sleep=self.pauses.append, transport=transport)

    def _answer(self, _: httpx.Request) -> httpx.Response:
        self.n_sent += 1
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def ok() -> httpx.Response:
    return httpx.Response(200, json={"fine": True})


def busy(after: str) -> httpx.Response:
    body = {"code": "too_many_requests", "message": "slow down", "problems": []}
    return httpx.Response(429, json=body, headers={"Retry-After": after})


REPEATED: dict[str, Callable[[Connection], object]] = {
    "get": lambda connection: connection.get("/x"),
    "put": lambda connection: connection.put("/x", {}),
    "repeatable post": lambda connection: connection.post("/x", {}, is_repeatable=True),
}


@pytest.mark.parametrize("call", REPEATED.values(), ids=REPEATED)
def test_a_broken_call_that_may_be_repeated_is(call: Callable[[Connection], object]) -> None:
    network = Network([httpx.ReadError("reset"), httpx.ReadTimeout("late"), ok()])

    answer = call(network.connection())

    assert answer == {"fine": True}
    assert network.n_sent == 3
    assert network.pauses == [0.2, 0.5]


def test_a_broken_post_is_not_repeated() -> None:
    network = Network([httpx.ReadError("reset"), ok()])

    with pytest.raises(Unreachable, match="Nobody knows whether it was done"):
        network.connection().post("/x", {})
    assert network.n_sent == 1


def test_a_post_that_was_never_sent_is_sent_again() -> None:
    network = Network([httpx.ConnectError("refused"), ok()])

    assert network.connection().post("/x", {}) == {"fine": True}


def test_it_ends_some_time() -> None:
    network = Network([httpx.ConnectError("refused")] * 9)

    with pytest.raises(Unreachable, match=r"nothing answers at http://karat.test"):
        network.connection().get("/x")
    assert network.n_sent == 5


def test_a_busy_server_is_left_alone_for_as_long_as_it_asks() -> None:
    network = Network([busy("7"), ok()])

    assert network.connection().post("/x", {}) == {"fine": True}
    assert network.pauses == [7]


def test_a_pause_of_an_hour_is_not_waited_for() -> None:
    network = Network([busy("3600")])

    with pytest.raises(TooManyRequests, match="slow down"):
        network.connection().get("/x")


@pytest.mark.parametrize("answer", [httpx.Response(502, text="<html>"), httpx.Response(200, text="<html>")])
def test_what_is_not_karat_is_said_so(answer: httpx.Response) -> None:
    with pytest.raises(ServerFault, match="Karat"):
        Network([answer]).connection().get("/x")
