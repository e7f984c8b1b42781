"""What the artefacts of an episode are called, relative to its folder."""

from __future__ import annotations

SHOTS = "shots.json"
"""Where each shot of the picture begins."""
OCR = "ocr.json"
"""What the picture says: burned-in subtitles, signs, cards."""
BAND_PICTURE = "band.jpg"
"""A few frames with what was found in them marked."""
AGREEMENT = "agreement.json"
"""Where the text came from, and how other readings bear it out."""
COVER = "cover.json"
"""Which parts of the picture are covered, when and how."""
FILLED = "cover.mkv"
"""The covered part of the picture without its letters, where a series has them filled in."""


def target_file(tag: str) -> str:
    return f"targets/{tag}.json"


def drafts_file(tag: str) -> str:
    """Lines of a translation that was broken off, so that nobody pays for them twice."""
    return f"drafts/{tag}.json"


def layout_file(tag: str) -> str:
    return f"layout/{tag}.json"


def findings_file(tag: str) -> str:
    return f"findings/{tag}.json"


def crop_file(cue_id: str) -> str:
    """The part of the picture that a finding is about."""
    return f"crops/{cue_id}.jpg"


def subtitle_file(tag: str, kind: str) -> str:
    return f"subtitles/{tag}.{kind}"


def render_file(tag: str) -> str:
    return f"renders/{tag}.mp4"
