"""The translation memory: what people approved, found again.

It holds approved lines only and is an index: all it knows is read from the target files of workspaces, so its file may
be deleted at any time. Each machine has its own.

    with Memory.open() as memory:
        memory.refresh(workspace_root, series.id)
        matches = memory.exact(asked(source.cues, episode.id), "th", series=series.id)
        similar = memory.fuzzy(cue.text, "th", series=None)
"""

from localize.memory.memory import Memory
from localize.memory.units import Asked, Changed, Match, Unit, asked, normalised

__all__ = ["Asked", "Changed", "Match", "Memory", "Unit", "asked", "normalised"]
