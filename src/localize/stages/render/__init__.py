"""Render: media + drawn subtitles -> plans for burned masters and for files with selectable tracks.

Everything here is pure: ffmpeg-python composes graph and arguments, `engines.ffmpeg` executes them. A graph names only
files the plan itself brings along, so no user's string is ever parsed as a filter.
"""

from localize.stages.render.burn import PER_PROCESS, groups, most_bytes, plan_area, plan_burn
from localize.stages.render.encoding import BURN, Encoder
from localize.stages.render.mux import KINDS, MUX, Kind, MuxTrack, plan_mux

__all__ = [
    "BURN",
    "KINDS",
    "MUX",
    "PER_PROCESS",
    "Encoder",
    "Kind",
    "MuxTrack",
    "groups",
    "most_bytes",
    "plan_area",
    "plan_burn",
    "plan_mux",
]
