"""People at a desk that may die under them: what they ask of it over HTTP, what was answered, and the table of both."""

from __future__ import annotations

import random
import re
import threading
from contextlib import closing
from dataclasses import dataclass, field

import httpx

PASSWORD = "correct horse battery"
KINDS = ("save", "save and approve", "approve", "decide")
TAGS = ("en", "th")


@dataclass(slots=True)
class Tally:
    """What became of the requests of one kind; those `cut` short ended `there`, `absent`, or as something between."""

    answered: int = 0
    lost: int = 0
    cut: int = 0
    there: int = 0
    absent: int = 0
    half: int = 0


@dataclass(slots=True)
class Table:
    rows: dict[str, Tally] = field(default_factory=lambda: {kind: Tally() for kind in KINDS})
    notes: list[str] = field(default_factory=list)
    kills: int = 0
    left: int = 0
    """Half-written files that killed processes left beside the whole ones, and that nobody read."""

    @property
    def held(self) -> bool:
        return not self.notes and not any(row.lost or row.half for row in self.rows.values())

    def markdown(self) -> str:
        lines = ["| request | answered | lost | cut short | wholly there | wholly absent | neither |", "|---" * 7 + "|"]
        names = ("answered", "lost", "cut", "there", "absent", "half")
        for kind, row in self.rows.items():
            lines.append(f"| {kind} | {' | '.join(str(getattr(row, name)) for name in names)} |")
        sums = [sum(getattr(row, name) for row in self.rows.values()) for name in names]
        lines.append(f"| all, {self.kills} kills | {' | '.join(map(str, sums))} |")
        return "\n".join([*lines, "", f"Files left half-written, and read by nobody: {self.left}"])


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks of the desk: `text` for a cue, or as the comment of a decision."""

    kind: str
    cue_id: str
    text: str

    @property
    def approves(self) -> bool:
        return self.kind != "save"


class Person:
    """Somebody with cues of their own in one locale, and in charge of its gate where `decides`."""

    def __init__(self, name: str, tag: str, cue_ids: list[str], chance: random.Random, *, decides: bool) -> None:
        self.name, self.tag, self.cue_ids, self.decides = name, tag, cue_ids, decides
        self.path = f"/series/tide/ep01/{tag}"
        self.told: dict[str, Request] = {}
        """The last request about each cue that was answered, and under an empty id the last decision."""
        self.pending: Request | None = None
        self._chance = chance
        self._cookies = httpx.Cookies()
        self._token = ""
        self._number = 0

    def seat(self, address: str) -> httpx.Client:
        """A client with the session of before, which outlives the process of the desk."""
        client = httpx.Client(base_url=address, cookies=self._cookies, timeout=30)
        if not self._token:
            html = {"accept": "text/html", "origin": address}
            form = {"csrf": _token(client.get("/login", headers=html).text), "name": self.name, "password": PASSWORD}
            client.post("/login", data=form, headers=html)
            self._token, self._cookies = _token(client.get("/", headers=html).text), client.cookies
        client.headers.update({"x-csrf-token": self._token, "origin": address, "accept": "application/json"})
        return client

    def work(self, client: httpx.Client, table: Table, begun: threading.Event) -> None:
        """Ask for one thing after the other until the desk answers no more."""
        try:
            with closing(client):
                rows = client.get(f"{self.path}/state").raise_for_status().json()["rows"]
                known = {row["id"]: (row["text"], row["version"]) for row in rows}
                while True:
                    self._ask(client, known, table)
                    begun.set()
        except httpx.TransportError:
            pass
        except Exception as bug:  # noqa: BLE001 - a thread would take it along unseen
            table.notes.append(f"{self.name}: {bug!r}")

    def _ask(self, client: httpx.Client, known: dict[str, tuple[str, str]], table: Table) -> None:
        self._number += 1
        kind = self._chance.choice(KINDS if self.decides else KINDS[:-1])
        cue_id = "" if kind == "decide" else self._chance.choice(self.cue_ids)
        text, version = known.get(cue_id, ("", ""))
        if kind != "approve":
            text = f"{self.name} says {self._number}"
        address, body = "lines", {}
        if kind == "decide":
            digest = client.get(f"{self.path}/gate/translation").raise_for_status().json()["digest"]
            address = "decide"
            body = {"gate": "translation", "verdict": "approved", "digest": digest, "comment": text}
        elif kind == "approve":
            address, body = "approve", {"versions": {cue_id: version}}
        else:
            body = {"edits": [{"id": cue_id, "text": text, "version": version}], "approve": kind != "save"}
        self.pending = Request(kind, cue_id, text)
        answer = client.post(f"{self.path}/{address}", json=body)
        if kind == "decide" and answer.status_code == 409:  # the other one has edited meanwhile
            self.pending = None
            return
        if answer.status_code != 200 or answer.json().get("clashes"):
            table.notes.append(f"{self.name}, {kind}: {answer.status_code} {answer.text[:200]}")
        else:
            table.rows[kind].answered += 1
            self.told[cue_id] = self.pending
            for row in answer.json().get("rows", []):
                known[row["id"]] = row["text"], row["version"]
        self.pending = None


def _token(html: str) -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', html)
    assert found
    return found[1]
