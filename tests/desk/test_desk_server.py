from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from localize.desk import server
from localize.desk.users import Users
from tests.desk.conftest import PASSWORD


def _desk(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "localize", "desk", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@contextmanager
def _serving(*arguments: object) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and its address, once it listens."""
    process = _desk(*arguments, "--port", 0)
    try:
        assert process.stderr
        line = process.stderr.readline()
        assert line.startswith("desk: http://127.0.0.1:"), line + process.stderr.read()
        yield process, line.removeprefix("desk: ").strip().rstrip("/")
    finally:
        process.kill()
        process.communicate()


def test_without_users_the_desk_says_what_to_type(shows: Path, tmp_path: Path) -> None:
    file = tmp_path / "none" / "users.json"
    process = _desk(shows, "--users", file)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert err == (
        "error: nobody can sign in to the desk yet; "
        f"next: localize desk users add NAME --role lead --users {file}\n"
    )  # fmt: skip
    assert not file.parent.exists()


def test_a_path_that_is_not_there_is_a_usage_error(users: Users, tmp_path: Path) -> None:
    process = _desk(tmp_path / "nothing", "--users", users.path)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "does not exist; next: give series.toml files, or folders of series" in err


def test_a_taken_port_is_said_in_one_line(shows: Path, users: Users) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = _desk(shows, "--users", users.path, "--port", port)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert err.startswith(f"error: 127.0.0.1:{port} cannot be listened on:")
    assert err.count("\n") == 1


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_and_ends_cleanly_when_told_to(shows: Path, users: Users, stop: signal.Signals) -> None:
    with _serving(shows, "--users", users.path) as (process, address):
        client = httpx.Client(base_url=address, headers={"accept": "text/html"}, trust_env=False)
        assert client.get("/healthz").text == "ok\n"
        token = client.get("/login").text.split('csrf-token" content="')[1].split('"')[0]
        signed_in = client.post("/login", data={"csrf": token, "name": "lena", "password": PASSWORD})
        assert signed_in.status_code == 303
        # Nobody stands in front of it, so nobody may say who asks.
        board = client.get("/", headers={"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https"})
        assert board.status_code == 200
        assert "server" not in board.headers
        client.close()
        process.send_signal(stop)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert out == ""
    *lines, last = err.splitlines()
    assert last == "desk: stopped"
    assert {json.loads(line)["client"] for line in lines} == {"127.0.0.1"}
    assert PASSWORD not in err


def test_behind_a_proxy_the_log_and_the_limits_know_who_asks(shows: Path, users: Users) -> None:
    with _serving(shows, "--users", users.path, "--behind-proxy") as (process, address):
        httpx.get(f"{address}/healthz", headers={"x-forwarded-for": "203.0.113.9"}, trust_env=False)
        process.terminate()
        _, err = process.communicate(timeout=30)
    assert json.loads(err.splitlines()[0])["client"] == "203.0.113.9"


def test_answers_do_not_wait_for_the_acknowledgement_of_the_last() -> None:
    with server._listen("127.0.0.1", 0) as listening:
        # What asyncio looks at before it sets TCP_NODELAY.
        assert listening.proto == socket.IPPROTO_TCP


def test_an_upload_too_large_is_answered_while_it_is_sent(shows: Path, users: Users) -> None:
    with _serving(shows, "--users", users.path) as (_, address):
        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as line:
            line.sendall(
                b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\n"
                b"Content-Length: 50000000\r\n\r\n"
            )
            began_s = time.monotonic()
            answer = line.recv(4096)
        assert answer.startswith(b"HTTP/1.1 413 ")
        assert time.monotonic() - began_s < 5


def test_a_desk_whose_key_cannot_be_read_says_so(shows: Path, users: Users) -> None:
    users.path.with_suffix(".key").mkdir()
    process = _desk(shows, "--users", users.path)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 5
    assert f"{users.path.with_suffix('.key')} cannot be read" in err
