"""TTML, read as broadcasters, streaming services and DFXP tools write it.

Not left to ttconv, the reference implementation: its reader knows no DFXP and passes over a time it cannot read with a
line in the log.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import NoReturn

import regex

from localize.subtitles.text import plain
from localize.subtitles.timed import Entry, TimedText

_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_CLOCK = regex.compile(r"(\d{2,}):(\d\d):(\d\d)(?:[.,](?P<fraction>\d+)|[:;](?P<frames>\d+(?:\.\d+)?))?")
_OFFSET = regex.compile(r"(\d+(?:\.\d+)?)(h|ms|m|s|f|t)")
_SECONDS = {"h": Fraction(3600), "m": Fraction(60), "s": Fraction(1), "ms": Fraction(1, 1000)}
# The reading of a Japanese word stands above it; it is not said twice.
_RUBY_ANNOTATION = {"text", "textContainer", "delimiter"}


class _NoDoctype(ET.TreeBuilder):
    """A document type can name other files and make a gigabyte of a kilobyte; no subtitle needs one."""

    def doctype(self, _name: str, _public: str | None, _system: str | None) -> NoReturn:
        raise ValueError("a document type declaration is not allowed")


def from_ttml(text: str) -> list[Entry]:
    """One entry per paragraph, or per timed span of it; ValueError names a time that cannot be read."""
    parser = ET.XMLParser(target=_NoDoctype())
    try:
        parser.feed(text)
        root = parser.close()
    except ET.ParseError as error:
        raise ValueError(f"not well-formed XML: {error}") from None
    if _local(root.tag) != "tt":
        raise ValueError(f"its root is <{_local(root.tag)}>, not <tt>")
    body = next((child for child in root if _local(child.tag) == "body"), None)
    found = _Reader(root).read(body, Fraction(0), None) if body is not None else iter(())
    return sorted(found, key=lambda entry: entry.timed[:2])


@dataclass(frozen=True, slots=True)
class _Span:
    """When an element is on, in seconds; `end` is None where nothing ends it."""

    begin: Fraction
    end: Fraction | None


class _Reader:
    """Walks a body with the time and the white space of its ancestors. Parameters have one name in all namespaces."""

    def __init__(self, root: ET.Element) -> None:
        given = {_local(name): value for name, value in root.attrib.items()}
        try:
            numerator, denominator = given.get("frameRateMultiplier", "1 1").replace(":", " ").split()
            self._whole = int(given.get("frameRate", "30"))
            self._rate = self._whole * Fraction(int(numerator), int(denominator))
            ticks = int(given.get("tickRate", self._whole if "frameRate" in given else 1))
        except (ValueError, ZeroDivisionError):
            raise ValueError("its frame rate or tick rate is not a number") from None
        if self._rate <= 0 or ticks <= 0:
            raise ValueError("its frame rate or tick rate is not above zero")
        self._timecode = given.get("timeBase") == "smpte"
        self._drops = 2 if given.get("dropMode") == "dropNTSC" else 0
        self._units = {**_SECONDS, "f": 1 / self._rate, "t": Fraction(1, ticks)}
        self._preserve = root.get(_XML_SPACE) == "preserve"

    def read(
        self, element: ET.Element, origin: Fraction, until: Fraction | None, preserve: bool | None = None
    ) -> Iterator[Entry]:
        """The entries below `element`, whose times count from `origin` and which its parent ends at `until`."""
        preserve = self._preserves(element, self._preserve if preserve is None else preserve)
        span = self._span(element, origin, until)
        if _local(element.tag) == "p":
            yield from self._paragraph(element, span, preserve)
            return
        at = span.begin
        for child in element:
            if _local(child.tag) not in {"div", "p"}:
                continue
            yield from self.read(child, at, span.end, preserve)
            if element.get("timeContainer") == "seq":
                ended = self._span(child, at, span.end).end
                at = at if ended is None else ended

    def _paragraph(self, p: ET.Element, span: _Span, preserve: bool) -> Iterator[Entry]:
        parts: list[tuple[_Span, list[str]]] = [(span, [])]
        self._text(p, span, preserve, parts, parts[0][1])
        for part, pieces in parts:
            raw = "".join(pieces)
            if len(parts) > 1 and not raw.strip():
                continue
            if part.end is None:
                raise ValueError(f"a paragraph has no end: {plain(raw)!r}")
            yield Entry(TimedText(_ms(part.begin), _ms(part.end), plain(raw)), raw.strip("\n"))

    def _text(
        self, element: ET.Element, span: _Span, preserve: bool, parts: list[tuple[_Span, list[str]]], pieces: list[str]
    ) -> None:
        """Put the text of `element` into `pieces`; a span with times of its own opens another of `parts`."""
        pieces.append(_spaced(element.text, preserve))
        for child in element:
            name = _local(child.tag)
            if name == "br":
                pieces.append("\n")
            elif name == "span" and _attribute(child, "ruby") not in _RUBY_ANNOTATION:
                own, into = span, pieces
                if any(child.get(name) for name in ("begin", "end", "dur")):
                    own, into = self._span(child, span.begin, span.end), []
                    parts.append((own, into))
                self._text(child, own, self._preserves(child, preserve), parts, into)
            pieces.append(_spaced(child.tail, preserve))

    def _span(self, element: ET.Element, origin: Fraction, until: Fraction | None) -> _Span:
        begin = origin + self._seconds(element.get("begin", "0s"))
        ends = [] if until is None else [until]
        if (end := element.get("end")) is not None:
            ends.append(origin + self._seconds(end))
        if (duration := element.get("dur")) is not None:
            ends.append(begin + self._seconds(duration))
        return _Span(begin, min(ends) if ends else None)

    def _seconds(self, text: str) -> Fraction:
        """A time expression of TTML 2, section 12.3."""
        if found := _OFFSET.fullmatch(text.strip()):
            return Fraction(found[1]) * self._units[found[2]]
        if not (found := _CLOCK.fullmatch(text.strip())):
            raise ValueError(f"{text!r} is not a time")
        seconds = Fraction((int(found[1]) * 60 + int(found[2])) * 60 + int(found[3]))
        frames = Fraction(found["frames"] or 0)
        if self._timecode:
            # Labels of frames: at 29.97 an hour of them lasts 3.6 s longer, unless some are dropped.
            minutes = seconds // 60
            return (seconds * self._whole + frames - self._drops * (minutes - minutes // 10)) / self._rate
        return seconds + frames / self._rate + Fraction(f"0.{found['fraction'] or 0}")

    def _preserves(self, element: ET.Element, inherited: bool) -> bool:
        given = element.get(_XML_SPACE)
        return inherited if given is None else given == "preserve"


def _local(name: object) -> str:
    """A tag or attribute without its namespace; DFXP, TTML 1 and TTML 2 differ in nothing else here."""
    return str(name).rpartition("}")[2]


def _attribute(element: ET.Element, name: str) -> str:
    return next((value for key, value in element.attrib.items() if _local(key) == name), "")


def _spaced(text: str | None, preserve: bool) -> str:
    return (text or "") if preserve else regex.sub(r"[ \t\n]+", " ", text or "")


def _ms(seconds: Fraction) -> int:
    """The first millisecond at or after a time, as a player begins with the first picture at or after it."""
    return -((-seconds * 1000) // 1)
