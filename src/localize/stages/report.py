"""Report: the workspace -> one page that an operator or a producer reads, and a contact sheet.

Reads files only and shows no time of day but that of the last run, so the same workspace gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from math import floor
from pathlib import Path

import jinja2

from localize.agreement import Agreement
from localize.cues import Cue, Event, Layout
from localize.drawing import contact_sheet
from localize.drawing.contact_sheet import Tile
from localize.episode import MediaFacts
from localize.locales import locale
from localize.runs import RunRecord
from localize.series import Episode, Series
from localize.state import overview
from localize.state.heat import heat_map
from localize.state.overview import Overview
from localize.timecode import clock
from localize.workspace import BAND_PICTURE, EpisodeWorkspace, layout_file, render_file

VERSION = 5
READINGS = {"ocr": "burned-in subtitles", "speech": "speech", "file": "the supplied file", "human": "a person"}
"""What each origin is called for a reader."""
_MARKDOWN_FINDINGS = 40
"""Findings shown in the summary; the page has them all."""


@dataclass(frozen=True, slots=True)
class Report:
    """`contact_sheet` is a PNG, None while no master was burned."""

    html: str
    contact_sheet: bytes | None


FrameAt = Callable[[Path, int], Path]
"""Gives the picture of a video at a time in milliseconds, as a PNG file."""


def build(
    series: Series,
    episode: Episode,
    ws: EpisodeWorkspace,
    locales: Sequence[str],
    *,
    stale: Collection[str] = (),
    frame: FrameAt,
) -> Report:
    """The page and the contact sheet of `episode` in `locales`; `frame` takes the pictures for it.

    `stale` names the files that show an older text than the workspace has now; they are marked.
    Raises StageError where a burned master or a file of the workspace cannot be read.
    """
    view = overview.read(series, episode, ws, locales, stale=stale)
    frames = _frames(view, ws, frame)
    html = _page().render(
        view=view,
        facts=_facts(view.facts) if view.facts else (),
        crops=_crops(view, ws),
        band=contact_sheet.data_uri(ws.path(BAND_PICTURE), contact_sheet.BAND_PX) if ws.exists(BAND_PICTURE) else "",
        readings=READINGS,
        frames=[(tile, event, contact_sheet.data_uri(tile.picture)) for tile, event in frames],
        run_at=_run_at(view.run) if view.run else "",
        heat=heat_map(((row.tag, row.finding) for row in view.findings), [state.profile.tag for state in view.states]),
    )
    return Report(html, contact_sheet.compose([tile for tile, _ in frames]) if frames else None)


def markdown(
    series: Series, episode: Episode, ws: EpisodeWorkspace, locales: Sequence[str], *, stale: Collection[str] = ()
) -> str:
    """The same in short: state per locale, findings, what waits and what to type."""
    view = overview.read(series, episode, ws, locales, stale=stale)
    parts = [f"# {_md(series.title)} · {episode.id}"]
    if view.starters:
        parts.append(
            f"> Starter packages wrote {view.starters} of {view.lines} lines: a demonstration, not a translation to "
            "publish. For real work: `localize models install`"
        )
    if view.agreement:
        parts.append(_md_source(view.agreement))
    parts.append(_md_locales(view))
    if view.absent:
        parts.append("\n".join(f"- {profile.name} ({profile.tag}): {_md(why)}" for profile, why in view.absent))
    if view.adherence is not None:
        parts.append(_md_terms(view, view.adherence))
    if findings := _md_findings(view):
        parts.append(findings)
    if waiting := view.waiting:
        why = "\n".join(f"- **{w.gate}** {_md(w.words)}{': ' * bool(w.tags)}{', '.join(w.tags)}" for w in waiting)
        commands = "\n".join([*(w.command for w in waiting), view.run_command])
        parts.append(f"## Waiting for a reviewer\n\n{why}\n\n```\n{commands}\n```")
    return "\n\n".join(parts) + "\n"


def _crops(view: Overview, ws: EpisodeWorkspace) -> dict[str, str]:
    """The pictures of findings, for a page to carry inside itself."""
    names = {row.finding.picture for row in view.findings if row.finding.picture and ws.exists(row.finding.picture)}
    return {name: contact_sheet.data_uri(ws.path(name), contact_sheet.CROP_PX) for name in sorted(names)}


def _md_source(agreement: Agreement) -> str:
    """Where the text came from, and who bears it out."""
    text = f"Text: {READINGS[agreement.chosen]} ({_md(agreement.why)})"
    for c in agreement.compared:
        text += f"; {READINGS[c.origin]} has {c.found} of {c.lines} lines, {c.same} word for word"
    return text


def _frames(view: Overview, ws: EpisodeWorkspace, frame: FrameAt) -> list[tuple[Tile, Event]]:
    """A frame of every burned master, from the middle of its longest event."""
    frames = []
    for state in view.states:
        tag = state.profile.tag
        layout, master = ws.read(Layout, layout_file(tag)), ws.path(render_file(tag))
        if layout and layout.events and master.exists():
            event = max(layout.events, key=lambda e: e.end_ms - e.start_ms)
            at_ms = _moment(event, view.source.cues if view.source else ())
            stale = any(file.stale for file in state.files if file.label == overview.BURNED)
            name = f"{locale(tag).name}{' (out of date)' * stale}"
            frames.append((Tile(tag, name, frame(master, at_ms)), event))
    return frames


def _moment(event: Event, cues: Sequence[Cue]) -> int:
    """The middle of `event`, within what its source cues share with it: a burned-in source shows there as well."""
    shown = [cue for cue in cues if cue.id in event.cue_ids]
    start_ms = max(event.start_ms, min((cue.start_ms for cue in shown), default=event.start_ms))
    end_ms = min(event.end_ms, max((cue.end_ms for cue in shown), default=event.end_ms))
    return (start_ms + end_ms) // 2 if start_ms < end_ms else (event.start_ms + event.end_ms) // 2


def _facts(facts: MediaFacts) -> list[tuple[str, str]]:
    """What was probed, as label and words."""
    audio = facts.audio
    picture = f"{facts.width_px} × {facts.height_px} px"
    if (facts.coded_width_px, facts.coded_height_px) != (facts.width_px, facts.height_px):
        picture += f" (stored as {facts.coded_width_px} × {facts.coded_height_px})"
    return [
        ("Duration", clock(facts.duration_ms)),
        ("Picture", picture),
        ("Frame rate", f"{float(facts.rate):.4g} fps{', variable in the file' if facts.variable_rate else ''}"),
        ("Video", f"{facts.video_codec}, {facts.pixel_format}{', HDR' if facts.hdr else ''}"),
        ("Audio", f"{audio.codec}, {audio.sample_rate_hz / 1000:g} kHz, {audio.channels} ch" if audio else "none"),
        ("Size", _size(facts.size_bytes)),
    ]


def _run_at(run: RunRecord) -> str:
    """`20250131T120000Z` as a person writes it."""
    day, _, time = run.id.partition("T")
    return f"{day[:4]}-{day[4:6]}-{day[6:8]} {time[:2]}:{time[2:4]} UTC"


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.1f} MB" if size_bytes >= 1e5 else f"{max(size_bytes / 1e3, 0.1):.1f} kB"


def _percent(share: float) -> str:
    """Never rounded up: 99.96 % is not all of it."""
    return f"{floor(1000 * share) / 10:g} %"


def _number(value: int | float | str | None) -> str:
    return "" if value is None else value if isinstance(value, str) else f"{round(value, 2):g}"


def _page() -> jinja2.Template:
    """The template; whatever it is given is escaped, and a name it does not know is an error."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("localize"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"clock": clock, "number": _number, "percent": _percent, "size": _size}
    return environment.get_template("report.html.j2")


def _md_locales(view: Overview) -> str:
    rows = [
        (
            f"{state.profile.name} ({state.profile.tag})",
            ", ".join(f"{who} {count}" for who, count in state.writers) or "nothing yet",
            state.severities.get("error", 0),
            state.severities.get("warning", 0),
            *(gate.words for gate in state.gates),
            ", ".join(f"{file.label}{' (out of date)' * file.stale}" for file in state.files) or "none",
        )
        for state in view.states
    ]
    return _md_table(("Locale", "Written by", "Errors", "Warnings", "Translation", "Final", "Files"), rows)


def _md_terms(view: Overview, adherence: float) -> str:
    text = f"Terms: {_percent(adherence)} of {sum(use.stands for use in view.uses)} rendered as the glossaries ask"
    missing = [
        f"- **{tag}** {_md(use.source)}: {_md(use.target)} is missing {use.violated} of {use.stands} times"
        for tag, uses in ((state.profile.tag, state.terms) for state in view.states)
        for use in uses
        if use.violated
    ]
    return "\n".join([text, *([""] if missing else []), *missing])


def _md_findings(view: Overview) -> str:
    found = [row for row in view.findings if row.finding.severity != "info"]
    film = view.episode.has_film
    rows = [
        (r.finding.severity, r.finding.rule, r.tag, _place(r.cue, film), r.finding.message)
        for r in found[:_MARKDOWN_FINDINGS]
    ]
    if not rows:
        return ""
    where = " in `report.html`" if film else ""
    more = f"\n\nand {len(found) - len(rows)} more{where}" if len(found) > len(rows) else ""
    place = "Time" if film else "Text"
    return "## Findings\n\n" + _md_table(("Severity", "Rule", "Locale", place, "What"), rows) + more


def _place(cue: Cue | None, film: bool) -> str:
    """When a cue is said, or which of the titles it is."""
    return "" if cue is None else clock(cue.start_ms) if film else cue.id


def _md_table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    body = [" | ".join(_md(cell) for cell in row) for row in rows]
    return "\n".join(f"| {line} |" for line in (" | ".join(head), " | ".join("---" for _ in head), *body))


def _md(text: object) -> str:
    """Text that stays text inside a table or a list of Markdown."""
    plain = " ".join(str(text).split()).replace("&", "&amp;").replace("<", "&lt;")
    return "".join(f"\\{c}" if c in "\\|`*_[]#" else c for c in plain)
