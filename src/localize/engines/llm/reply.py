"""What the HTTP response of an OpenAI-compatible endpoint means: a reply, a reason to ask again, or the end.

Servers agree on success and on little else. A status decides where it is clear; the words of a complaint decide where
the same status stands for several things (400: a refusal, a question too long, a field that is not understood).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any, Literal
from urllib.parse import urlsplit

import regex
from pydantic import BaseModel, ValidationError

from localize.endpoints import Endpoint
from localize.errors import EngineRejected

_MODERATED = regex.compile(
    r"(?i)content.?(filter|policy|management)|moderation|flagged|inappropriate|data_inspection"
    r"|sensitive (content|information|words?)|safety (system|filter|policy|settings)|敏感|违规|风控"
)
_TOO_LONG = regex.compile(
    r"(?i)context.?(length|size|window)|maximum (context|length)|too (long|large|many tokens)|reduce the length"
)
_NO_MODEL = regex.compile(
    r"(?i)model\b.{0,80}(not (exist|found|supported|available)|unknown|does ?n[o']t exist|invalid)"
)
_NO_CREDIT = regex.compile(r"(?i)insufficient.?(quota|balance|funds|credit)|billing_hard_limit|余额不足|欠费")
_WORDS = 200
"""Of a server's complaint that are shown."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model wrote, and how it ended; `why` is what the server said of a refusal."""

    text: str
    ended: Literal["whole", "cut", "refused"] = "whole"
    why: str = ""


@dataclass(frozen=True, slots=True)
class Again:
    """No answer, and it may pass; `after_s` is when, where the server says so."""

    reason: str
    after_s: float | None = None


@dataclass(frozen=True, slots=True)
class NoCredit:
    """The account is empty."""

    reason: str


@dataclass(frozen=True, slots=True)
class Complaint:
    """The server does not understand the question, or does not want it."""

    words: str


class _Message(BaseModel):
    content: str | list[Any] | None = None
    refusal: str | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return "".join(str(part.get("text", "")) for part in self.content if isinstance(part, dict))
        return self.content or ""


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Completion(BaseModel):
    choices: list[_Choice] | None


@dataclass(frozen=True)
class Response:
    """An HTTP response, read to its end; `secret` is blotted out of whatever is shown of it."""

    status: int
    headers: Mapping[str, str]
    data: bytes
    secret: str = ""

    @cached_property
    def body(self) -> dict[str, Any] | None:
        """The JSON object that it holds, if it holds one."""
        try:
            value = json.loads(self.data)
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) else None

    @property
    def starts_with(self) -> bytes:
        return self.data.lstrip()[:1]

    @property
    def complaint(self) -> str:
        """What the server says is wrong, in one line, with its code."""
        error = (self.body or {}).get("error") or self.body or {}
        if isinstance(error, dict):
            said = [error.get(key) for key in ("message", "detail", "code", "type")]
            words = " ".join(str(part) for part in said if part)
        else:
            words = str(error)
        text = " ".join((words or self.data[: 4 * _WORDS].decode(errors="replace")).split())
        return (text.replace(self.secret, "***") if self.secret else text)[:_WORDS]

    @property
    def tokens(self) -> tuple[int, int] | None:
        """Tokens that went in and came out, where the server tells."""
        usage = (self.body or {}).get("usage")
        if not isinstance(usage, dict):
            return None
        incoming, outgoing = usage.get("prompt_tokens"), usage.get("completion_tokens")
        if isinstance(incoming, int) and isinstance(outgoing, int) and min(incoming, outgoing) >= 0:
            return incoming, outgoing
        return None

    def after_s(self, today: float) -> float | None:
        """Retry-After in seconds: a number, or a date, which is meant by the server's own clock where it tells it."""
        text = self.headers.get("retry-after", "").strip()
        if regex.fullmatch(r"[0-9]{1,9}(\.[0-9]*)?", text):
            return float(text)
        if (at := _date(text)) is None:
            return None
        return max(0.0, at - (_date(self.headers.get("date", "")) or today))


def _date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None


def read(response: Response, endpoint: Endpoint, today: float) -> Reply | Again | NoCredit | Complaint:
    """What `response` means; EngineRejected where no question can ever be answered."""
    status, words = response.status, response.complaint
    if status == 402 or (status >= 400 and _NO_CREDIT.search(words)):
        return NoCredit(f"no credit left at {endpoint.host} ({status}: {words})")
    if status in {408, 409, 425, 429} or (status >= 500 and status != 501):
        return Again(f"{status} {words}", response.after_s(today))
    if 300 <= status < 400:
        elsewhere = urlsplit(response.headers.get("location", "")).netloc or "another page"
        raise _no_endpoint(endpoint, f"sends requests on to {elsewhere}")
    said = status >= 400 and response.starts_with == b"{"
    if said and status != 401 and _MODERATED.search(words):
        return Reply("", "refused", words)
    if status in {401, 403}:
        raise _wrong_key(endpoint, f"{status}: {words}")
    if status == 407:
        raise EngineRejected(f"a proxy before {endpoint.host} asks who you are", next_step="correct $HTTPS_PROXY")
    if said and _NO_MODEL.search(words):
        raise EngineRejected(
            f"{endpoint.host} has no model {endpoint.model!r} ({status}: {words})",
            next_step=f"correct model of [{endpoint.name}] in {endpoint.file}",
        )
    if status in {404, 405, 410, 501}:
        raise _no_endpoint(endpoint, f"answers {status}")
    if status == 413 or (said and _TOO_LONG.search(words)):
        return Reply("", "cut")
    if status >= 400:
        return Complaint(f"{status}: {words}")
    return _completion(response, endpoint, today)


def _completion(response: Response, endpoint: Endpoint, today: float) -> Reply | Again | NoCredit | Complaint:
    """The meaning of a status 200, which some servers give before they know better."""
    if not response.data.strip():
        return Again("an empty answer")
    if response.starts_with != b"{":
        raise _no_endpoint(endpoint, "answers with an HTML page" if response.starts_with == b"<" else "answers no JSON")
    if response.body is None:
        return Again("the answer broke off")
    if "choices" not in response.body and (error := response.body.get("error")):
        code = error.get("code") if isinstance(error, dict) else None
        if isinstance(code, int) and 400 <= code < 600:
            return read(Response(code, response.headers, response.data, response.secret), endpoint, today)
        return Again(response.complaint)
    try:
        choices = _Completion.model_validate(response.body).choices
    except ValidationError:
        raise _no_endpoint(endpoint, "answers JSON of another kind") from None
    if not choices:
        return Again("an answer without choices")
    message, reason = choices[0].message, choices[0].finish_reason
    if message.refusal or reason == "content_filter":
        return Reply("", "refused", message.refusal or "content filter")
    return Reply(message.text, "cut" if reason == "length" else "whole")


def _no_endpoint(endpoint: Endpoint, what: str) -> EngineRejected:
    return EngineRejected(
        f"{endpoint.url} {what}: that is no OpenAI-compatible endpoint",
        next_step=f"correct base_url of [{endpoint.name}] in {endpoint.file}; it often ends in /v1",
    )


def _wrong_key(endpoint: Endpoint, words: str) -> EngineRejected:
    if not (endpoint.key_env or endpoint.key_file):
        return EngineRejected(
            f"{endpoint.host} asks for a key ({words})",
            next_step=f"name a variable in key_env of [{endpoint.name}] in {endpoint.file}, and set it to the key",
        )
    return EngineRejected(
        f"{endpoint.host} refuses the key of [{endpoint.name}] ({words})",
        next_step=f"put the right key into {endpoint.where_the_key_is}",
    )
