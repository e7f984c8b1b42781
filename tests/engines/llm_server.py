"""An OpenAI-compatible server on loopback that translates well, or misbehaves in exactly the way it is told to.

A behaviour is a function from what was asked to an `Answer`. The translations are no language: every Chinese character
becomes a syllable of the target's script, so that a test can tell from a text which line it is of.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_SYLLABLES = {
    "Latn": ["ba", "de", "fi", "go", "hu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "zu"],
    "Cyrl": ["ба", "де", "фи", "го", "ху", "ка", "ле", "ми", "но", "пу", "ра"],
    "Arab": ["با", "دو", "في", "كا", "لو", "مي", "نا", "رو", "سي", "تا", "شو"],
    "Thai": ["กา", "ดี", "ฟู", "มา", "นี", "ปู", "ระ", "สี", "ตา", "วู", "โบ"],
    "Deva": ["का", "दि", "फू", "गो", "मा", "नी", "पू", "रा", "से", "ती"],
    "Kore": ["바", "데", "피", "고", "후", "카", "레", "미", "노", "푸", "라"],
    "Jpan": ["か", "で", "ふ", "ご", "は", "め", "に", "の", "ぷ", "ら", "せ"],
}


def translated(source: str, terms: Mapping[str, str] | None = None, script: str = "Latn") -> str:
    """A translation of `source` that passes every check, and that no other source has."""
    rest, words = source, []
    for term, target in (terms or {}).items():
        rest = rest.replace(term, "")
        words.append(target)
    syllables = _SYLLABLES[script]
    for char in rest:
        if char.isalnum():
            number = ord(char)
            word = "".join(syllables[number // len(syllables) ** place % len(syllables)] for place in range(4))
            words.append(word if script != "Jpan" else word[:2])
    return ("" if script in {"Jpan", "Thai"} else " ").join(words)


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def user(self) -> dict[str, Any]:
        user: dict[str, Any] = json.loads(self.body["messages"][-1]["content"])
        return user

    @property
    def system(self) -> str:
        return str(self.body["messages"][0]["content"])

    @property
    def lines(self) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = self.user["lines"]
        return lines

    @property
    def ids(self) -> list[str]:
        return [line["id"] for line in self.lines]

    @property
    def format(self) -> str:
        return str(self.body.get("response_format", {}).get("type", "text"))


@dataclass(frozen=True)
class Answer:
    """What goes over the wire; `declared` is the length that is promised, where more is promised than sent."""

    status: int = 200
    data: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    declared: int | None = None
    pause_s: float = 0.0
    """Between one byte and the next."""


Behaviour = Callable[[Asked], Answer]


def items(asked: Asked, script: str = "Latn") -> list[dict[str, str]]:
    """What a good model answers."""
    return [
        {"id": line["id"], "src": line["src"], "text": translated(line["src"], line.get("terms"), script)}
        for line in asked.lines
    ]


def completion(
    content: str, *, finish: str = "stop", usage: tuple[int, int] | None = (100, 50), **message: Any
) -> Answer:
    """A chat completion with `content`; `usage` is None for a server that does not count."""
    body: dict[str, Any] = {
        "object": "chat.completion",
        "choices": [{"message": {"role": "assistant", "content": content, **message}, "finish_reason": finish}],
    }
    if usage:
        body["usage"] = {"prompt_tokens": usage[0], "completion_tokens": usage[1]}
    return as_json(body)


def lines(items: Sequence[Mapping[str, str]], **how: Any) -> Answer:
    """A completion whose content is what was asked for, with `items`."""
    return completion(json.dumps({"lines": items}, ensure_ascii=False), **how)


def as_json(body: object, status: int = 200, **headers: str) -> Answer:
    named = {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, json.dumps(body, ensure_ascii=False).encode(), named)


def error(status: int, message: str, code: str = "", **headers: str) -> Answer:
    return as_json({"error": {"message": message, "code": code}}, status, **headers)


def good(asked: Asked) -> Answer:
    return lines(items(asked))


def hangs_up(asked: Asked) -> Answer:
    return Answer(status=0)


def drops_mid_body(asked: Asked) -> Answer:
    whole = good(asked)
    return Answer(200, whole.data[:60], declared=len(whole.data))


def broken_envelope(asked: Asked) -> Answer:
    return Answer(200, good(asked).data[:60])


def drips(asked: Asked) -> Answer:
    return replace(good(asked), pause_s=0.02)


class Server:
    """`first` behaviours are used one each, then `then` for every request."""

    def __init__(self, then: Behaviour = good) -> None:
        self.then = then
        self.first: list[Behaviour] = []
        self.asked: list[Asked] = []
        self.most_at_a_time = 0
        self.released = threading.Event()
        """Set when the test is over: what hangs may end."""
        self.mistakes: list[Exception] = []
        self._now = 0
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}/v1"

    @contextmanager
    def running(self) -> Iterator[Server]:
        thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.released.set()
            self._http.shutdown()
            self._http.server_close()
            thread.join()
        if self.mistakes:
            raise self.mistakes[0]

    def _answer(self, asked: Asked) -> Answer:
        with self._lock:
            self.asked.append(asked)
            self._now += 1
            self.most_at_a_time = max(self.most_at_a_time, self._now)
            behaviour = self.first.pop(0) if self.first else self.then
        try:
            return behaviour(asked)
        except Exception as error:
            # A mistake of the test is no misbehaviour of a server.
            self.mistakes.append(error)
            raise
        finally:
            with self._lock:
                self._now -= 1

    def _handler(server) -> type[BaseHTTPRequestHandler]:  # noqa: N805  # `self` is the request inside
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                answer = server._answer(Asked(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                self.close_connection = True
                if not answer.status:
                    return  # the connection drops without a word
                self.send_response_only(answer.status)
                declared = len(answer.data) if answer.declared is None else answer.declared
                for name, value in {**answer.headers, "Content-Length": declared, "Connection": "close"}.items():
                    self.send_header(name, str(value))
                self.end_headers()
                try:
                    if not answer.pause_s:
                        self.wfile.write(answer.data)
                    for byte in answer.data if answer.pause_s else b"":
                        self.wfile.write(bytes([byte]))
                        time.sleep(answer.pause_s)
                except OSError:
                    pass  # who does not want to wait hangs up

            def log_message(self, *_: object) -> None:
                pass

        return Handler
