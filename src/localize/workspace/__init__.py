"""The workspace: the truth of what has been done. Every artefact is a file a person can open.

Writes are atomic (temporary name, fsync, rename) and recorded in `episode.json` with the fingerprint of what went in. A
normal run trusts size and modification time against the record; `verify` hashes again. What a person saves while a step
works is never overwritten: the step's commit is refused instead.
"""

from localize.workspace.episode import EpisodeWorkspace, Writer
from localize.workspace.names import (
    AGREEMENT,
    BAND_PICTURE,
    COVER,
    FILLED,
    OCR,
    SHOTS,
    crop_file,
    drafts_file,
    findings_file,
    layout_file,
    render_file,
    subtitle_file,
    target_file,
)
from localize.workspace.stored import from_json, to_json

__all__ = [
    "AGREEMENT",
    "BAND_PICTURE",
    "COVER",
    "FILLED",
    "OCR",
    "SHOTS",
    "EpisodeWorkspace",
    "Writer",
    "crop_file",
    "drafts_file",
    "findings_file",
    "from_json",
    "layout_file",
    "render_file",
    "subtitle_file",
    "target_file",
    "to_json",
]
