"""The route of a locale: which engines can write it, and what each of them reads of a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from localize.engines.base import Translator
from localize.errors import NoEngine
from localize.fingerprint import fingerprint
from localize.lines import Brief, Line

VERSION = 3


def serving(engines: Sequence[Translator], tag: str) -> dict[Translator, str]:
    """Those of `engines` that can write `tag`, with their versions; NoEngine of the last one where none can."""
    versions: dict[Translator, str] = {}
    refused: NoEngine | None = None
    for engine in engines:
        try:
            versions[engine] = engine.version(tag)
        except NoEngine as error:
            refused = error
    if refused and not versions:
        raise refused
    return versions


def line_fingerprints(line: Line, tag: str, brief: Brief, route: Mapping[Translator, str]) -> list[str]:
    """Hashes of what an engine reads of `line`, one per engine of `route` (the engine and those asked before it).

    Neighbouring lines and similar ones of the memory are context: they do not make a line outdated. Of the characters
    only those count that the line names or that speak it, and only where an engine reads about them.
    """
    required = (line.terms.get(tag, ()), line.manner.get(tag))
    versions = list(route.values())
    people: object = ()
    if any(engine.reads_brief for engine in route):
        speaker = brief.cast.named(line.cue.speaker)
        people = (brief.title, brief.genre, speaker, brief.cast.mentioned(line.text))
    written = ("prose",) if brief.prose else ()
    return [
        fingerprint("line", VERSION, line.text, required, people, versions[: number + 1], *written)
        for number in range(len(versions))
    ]
