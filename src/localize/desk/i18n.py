"""The desk's own words: `messages/<language>.toml`, tables whose keys are joined by dots.

A message takes values by name in braces. Where a language tells one thing from several, the message is a table with
`one` and `other`, chosen by the value `n`. What checks found is said in English by themselves; any other language has a
sentence per rule under `rule`, and under `measured` one with its numbers.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from starlette.requests import HTTPConnection

from localize import metadata
from localize.findings import Finding
from localize.series import METADATA

LANGUAGES = {"en": "English", "zh": "中文"}
"""By the name readers of each know it by; the first is what everybody else gets."""
COOKIE = "localize_language"
_FOLDER = Path(__file__).parent / "messages"


class Messages:
    """The messages of one language; called `t` in templates."""

    def __init__(self, language: str, table: Mapping[str, str]) -> None:
        self.language = language
        self.table = table

    def __call__(self, key: str, **values: object) -> str:
        """The message `key` with `values` put in; KeyError where nobody wrote it."""
        forms = [f"{key}.one"] if values.get("n") == 1 else []
        message = self.table[next((form for form in (*forms, f"{key}.other") if form in self.table), key)]
        return message.format_map(values) if values else message

    def finding(self, found: Finding) -> str:
        """What `found` says: its rule's sentence in this language, with its numbers where it has all that are wanted.

        Its own message in English, and where a flag of a line is no rule.
        """
        told = {"measured": found.measured, "limit": found.limit, "term": found.term}
        values = {name: f"{one:g}" if isinstance(one, float) else one for name, one in told.items() if one is not None}
        with suppress(KeyError):
            return self.table[f"measured.{found.rule}"].format_map(values)
        return self.table.get(f"rule.{found.rule}", found.message)

    def episode(self, id_: str) -> str:
        """What an episode is called: by its id, but for what stands for one."""
        return self("titles.heading") if id_ == METADATA else id_

    def cue(self, id_: str) -> str:
        """What a cue is called: by its id, or by what of the titles it is."""
        if (of := metadata.episode_of(id_)) is not None:
            return self("titles.of", id=of)
        return self(f"titles.{id_}") if id_ in (metadata.TITLE, metadata.SYNOPSIS) else id_


@cache
def messages(language: str) -> Messages:
    data = tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    return Messages(language, dict(_flat(data)))


def language_of(connection: HTTPConnection) -> str:
    """The language somebody chose, else the first their browser asks for that we have."""
    chosen = connection.cookies.get(COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    return next((tag for tag in _asked(connection.headers.get("accept-language", "")) if tag in LANGUAGES), "en")


def _asked(header: str) -> list[str]:
    """Primary languages of an Accept-Language header, best first (RFC 9110, section 12.5.4)."""
    weighed: list[tuple[float, str]] = []
    for part in header[:500].split(","):
        tag, _, parameter = part.strip().partition(";")
        try:
            weight = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
        except ValueError:
            continue
        if weight > 0:
            weighed.append((weight, tag.strip().partition("-")[0].lower()))
    return [tag for _, tag in sorted(weighed, key=lambda pair: -pair[0])]


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value
