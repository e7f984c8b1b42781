"""Rules: every kind of finding, how bad it is and what it says. Ids are stable: gates, tools and habits need them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from localize.cues import STARTER
from localize.findings import Finding, Severity

DAMAGED = "damaged-file"


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of finding; an error stops a gate that is `auto`."""

    id: str
    severity: Severity
    meaning: str


RULES = (
    # The track against its source.
    Rule("missing-line", "error", "the source has a line that the target has not"),
    Rule("extra-line", "error", "the target has a line that the source has not"),
    Rule("not-drawn", "error", "a line is shown by no event of the layout"),
    # The text of a line.
    Rule("empty", "error", "a line has no text though its source has"),
    Rule("untranslated", "error", "Chinese is left where the locale writes none, or the line is its source"),
    Rule("half-translated", "warning", "a stretch of the source, or the whole English line, was left standing"),
    Rule("script", "error", "less than half of the letters are in the locale's script"),
    Rule("placeholder", "error", "a placeholder for a term was not put back"),
    Rule("glyph", "error", "no font has a character: it is left out of what is drawn"),
    Rule("wrong-han", "warning", "a Han character that the locale does not write"),
    Rule("sensitive", "warning", "a word that gets an episode cut or banned there; the list says how bad and why"),
    # Terms, and how people speak to each other.
    Rule("glossary_violation", "error", "a term of the source is not rendered as the glossaries ask"),
    Rule("forbidden-term", "error", "a rendering that a glossary forbids"),
    Rule("term-borrowed", "info", "the locale has no target for a term and takes the English one"),
    Rule("address", "warning", "the line says du for Sie, tu for vous, or the other way round"),
    # What a line says, against its source and its neighbours.
    Rule("numbers", "warning", "a number appeared or was lost"),
    Rule("length-ratio", "warning", "far longer or shorter than lines of this language are for such a source"),
    Rule("repeated-line", "warning", "two neighbours with different sources have the same text: shifted or stuck"),
    Rule("inconsistent", "warning", "the same source line is rendered differently earlier in the series"),
    # The picture.
    Rule("width", "error", "a line is wider than the safe area"),
    Rule("height", "error", "lines run off the top of the frame"),
    Rule("lines", "warning", "more than two lines at once"),
    Rule("word-broken", "warning", "a line break inside a word"),
    Rule("shrunk", "info", "set smaller than the style asks, to fit"),
    # The time.
    Rule("outside", "error", "shown after the picture has ended"),
    Rule("overlap", "error", "shown while the one before it still is"),
    Rule("band", "warning", "lines stand on burned-in source text"),
    Rule("sign", "warning", "dialogue stands on a sign of the picture, or on the words for one"),
    Rule("cps", "warning", "more characters a second than the locale's readers follow"),
    Rule("short", "warning", "shown for less than 5/6 s"),
    Rule("long", "warning", "shown for more than 7 s"),
    Rule("gap", "info", "less than two frames after the one before it"),
    Rule("shot-change", "warning", "begins just before a shot change, or ends just after: within half a second"),
    # Who wrote a line.
    Rule(STARTER, "info", "lines written by a starter package: a demonstration, not for release"),
    Rule("shortened", "info", "says less than its translation did, so that it can be read in time"),
    Rule("fallback", "warning", "not the engine that was asked first wrote the line; the message says why"),
    Rule("stale", "warning", "the source changed after a person wrote or approved the line"),
    # The source track itself.
    Rule("no-speech", "error", "nothing was recognised in the audio"),
    Rule("invented-speech", "warning", "a passage was taken for an invention of the recogniser and left out"),
    Rule("no-cues", "error", "the supplied subtitles hold no cue that can be shown"),
    Rule("supplied-empty", "warning", "a supplied cue has no text and was left out"),
    Rule("supplied-overlap", "warning", "a supplied cue overlaps the next one and was clipped"),
    Rule("supplied-past-end", "error", "a supplied cue starts after the picture has ended; a warning where clipped"),
    Rule("supplied-no-duration", "error", "a supplied cue ends when it begins, or before"),
    # Several readings of one episode: the picture, the sound, a supplied file.
    Rule("no-band", "info", "no burned-in subtitles that can be used; the message says why and what was taken instead"),
    Rule("readings-differ", "warning", "two readings of a line differ; for information where they sound the same"),
    Rule("not-shown", "warning", "a line was heard and stands in no subtitle of the picture; it is kept"),
    Rule("not-heard", "info", "a subtitle of the picture during which nothing was heard"),
    Rule("only-shown", "warning", "a subtitle of the picture is not in the text that was chosen"),
    Rule("out-of-step", "warning", "the chosen text is early or late against the subtitles in the picture"),
    Rule("unsure-reading", "warning", "a text of the picture was read with little confidence"),
    Rule("not-recognised", "warning", "speech could not be recognised; the picture's text stands alone"),
    Rule("homophone", "warning", "what was heard sounds like a known name or term that it may stand for"),
    Rule("source-moved-on", "warning", "what the mended source was made from has changed; an error where the film has"),
    Rule("not-covered", "warning", "the series asks to cover burned-in subtitles, and nothing can be covered"),
    Rule(DAMAGED, "warning", "a finished file was not as it had been written, and was made anew"),
    # The titles and the synopsis of a series.
    Rule("length", "error", "a title or the synopsis is longer than the platform takes"),
    # A subtitle file made elsewhere: imported, or checked by itself.
    Rule("shown-with", "info", "an imported line has no text: its words stand in another one"),
    Rule("left-out", "warning", "an imported file has nothing for a line of the source"),
    Rule("override-tag", "error", "a tag that draws, moves or hides is in the text, or a tag of ASS in another format"),
    Rule("open-tag", "warning", "a tag is not closed, or closed and was never opened"),
    Rule("character", "error", "a control, private or replacement character; a warning for tabs and hidden spaces"),
    Rule("direction", "warning", "a mark on the side where the other direction ends, or of the other direction's form"),
    Rule("no-duration", "error", "a cue ends when it begins, or before"),
    Rule("empty-cue", "warning", "a cue shows nothing"),
    Rule("order", "warning", "a cue begins before the one above it in the file"),
    Rule("encoding", "warning", "the file is not UTF-8"),
)  # fmt: skip

SEVERITY: Mapping[str, Severity] = {rule.id: rule.severity for rule in RULES}
"""How bad each rule is; a flag of a line that is not listed is a warning under its own name."""


def finding(
    rule: str,
    message: str,
    cue_id: str | None = None,
    measured: float | str | None = None,
    limit: float | str | None = None,
    *,
    severity: Severity | None = None,
    term: str | None = None,
    attempts: tuple[str, ...] = (),
) -> Finding:
    """A finding as bad as its rule, unless `severity` says otherwise."""
    how_bad = severity or SEVERITY.get(rule, "warning")
    return Finding(rule, how_bad, message, cue_id, measured, limit, term, attempts)
