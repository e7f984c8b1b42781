"""Drawing: a layout, and what is covered below it, as a page needs them to draw them over the video, in its pixels."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from localize.cues import Layout
from localize.drawing import fonts
from localize.drawing.safe_area import on_frame
from localize.errors import LocalizeError
from localize.job import Job
from localize.locales import locale
from localize.steps.covers import cover_plan
from localize.timing import Shots
from localize.workspace import SHOTS


def frame(job: Job, tag: str) -> dict[str, Any]:
    """The frame, its safe area and how type looks on it. `line` is the height of a line for an em of 1."""
    facts, look, profile = job.facts, job.series.style.look, job.series.style.profile(locale(tag))
    area = on_frame(job.series.platform, facts.width_px, facts.height_px, rtl=profile.direction == "rtl")
    short_px = min(facts.width_px, facts.height_px)
    try:
        line = fonts.size_px(profile.font, 1, look.bold)
    except LocalizeError:
        # Without the font a run fails and says so; the page still shows the words.
        line = 1.3
    return {
        "width": facts.width_px, "height": facts.height_px, "duration": facts.duration_ms,
        "safe": {"left": area.left_px, "top": area.top_px, "right": area.right_px, "bottom": area.bottom_px,
                 "text": area.margin_x_px},
        "platform": job.series.platform, "line": line, "direction": profile.direction,
        "colour": look.colour, "outline": look.outline * short_px, "outlineColour": look.outline_colour,
        "shadow": look.shadow * short_px, "shadowColour": look.shadow_colour, "box": look.box,
        "padding": look.padding * short_px,
    }  # fmt: skip


def events(layout: Layout) -> list[dict[str, Any]]:
    """Every event with its lines, the em in px, and how far its lowest line stands from the frame's lower edge."""
    return [
        {
            "start": event.start_ms, "end": event.end_ms, "lines": event.text.split("\n"), "ids": list(event.cue_ids),
            "em": event.em_px or layout.em_px, "bottom": event.margin_bottom_px or layout.margin_bottom_px,
            "above": event.above.split("\n") if event.above else [],
        }
        for event in layout.events
    ]  # fmt: skip


def covers(job: Job) -> list[dict[str, Any]]:
    """Where a master hides burned-in source subtitles, and with what; our lines stand on it and are read there."""
    # Where that cannot be known a run says why; the page shows the film as it is.
    with suppress(LocalizeError):
        plan = cover_plan(job)
        return [
            {
                "start": one.start_ms, "end": one.end_ms, "method": plan.method, "em": one.em_px,
                "left": one.core.left, "top": one.core.top,
                "width": one.core.right - one.core.left, "height": one.core.bottom - one.core.top,
            }
            for one in plan.patches
        ]  # fmt: skip
    return []


def shots(job: Job) -> list[int]:
    found = job.workspace.read(Shots, SHOTS)
    return list(found.times_ms) if found else []
