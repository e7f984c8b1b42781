"""Gates: where each stands in the workspace, and what a reviewer types to open it."""

from __future__ import annotations

from collections.abc import Sequence

from localize.cues import Layout, SourceTrack, TargetTrack
from localize.decisions import Decision, GateName, final_digest, passes, transcript_digest, translation_digest
from localize.errors import ReviewError, at
from localize.findings import Findings
from localize.series import Episode, Series
from localize.workspace import EpisodeWorkspace, findings_file, layout_file, target_file


def decision_file(gate: GateName, tag: str | None) -> str:
    return f"decisions/{gate}.{tag}.json" if tag else f"decisions/{gate}.json"


def review_command(series: Series, episode: Episode, gate: GateName, tags: Sequence[str] = ()) -> str:
    """What a reviewer types to let `tags` go on; none of them for the transcript, which all share."""
    to = f" --to {','.join(tags)}" if tags else ""
    return f"localize review approve {series.manifest} {gate} --episode {episode.id}{to} --reviewer NAME"


def reviewed_digest(series: Series, ws: EpisodeWorkspace, gate: GateName, tag: str | None) -> str:
    """Digest of what a decision at `gate` is about, as it stands now; WorkspaceError where it was not made yet."""
    source = ws.need(SourceTrack, "source.json")
    if gate == "transcript":
        return transcript_digest(source)
    if gate == "translation":
        return translation_digest(source, ws.need(TargetTrack, target_file(tag or "")))
    return final_digest(ws.need(Layout, layout_file(tag or "")), series.style)


def gate_error(
    series: Series, episode: Episode, ws: EpisodeWorkspace, gate: GateName, tag: str | None
) -> ReviewError | None:
    """What keeps `gate` closed for locale `tag` (None: the transcript, which all share), None where it is open."""
    found = ws.read(Findings, findings_file(tag or series.source_locale))
    try:
        with at(stage=gate, episode_id=episode.id, locale=tag):
            passes(
                getattr(series.gates, gate),
                ws.read(Decision, decision_file(gate, tag)),
                reviewed_digest(series, ws, gate, tag),
                found.findings if found else (),
                review=review_command(series, episode, gate, (tag,) if tag else ()),
            )
    except ReviewError as waiting:
        return waiting
    return None
