"""Gates: where each stands in the workspace, and what a person types to open it and to go on."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

from localize import metadata, settings
from localize.cues import Layout, SourceTrack, TargetTrack
from localize.decisions import Decision, GateName, final_digest, passes, transcript_digest, translation_digest
from localize.errors import ReviewError, at
from localize.findings import Findings
from localize.series import METADATA, Episode, Series
from localize.workspace import EpisodeWorkspace, findings_file, layout_file, target_file


def decision_file(gate: GateName, tag: str | None) -> str:
    return f"decisions/{gate}.{tag}.json" if tag else f"decisions/{gate}.json"


def review_command(series: Series, episode: Episode, gate: GateName, tags: Sequence[str], ws: EpisodeWorkspace) -> str:
    """What a reviewer types to let `tags` go on; none of them for the transcript, which all share."""
    to = ("--to", ",".join(tags)) if tags else ()
    where = (str(series.manifest), gate, "--episode", episode.id, *to, *_workspace(series, ws))
    return shlex.join(("localize", "review", "approve", *where, "--reviewer", "NAME"))


def run_command(series: Series, ws: EpisodeWorkspace, tags: Iterable[str] = ()) -> str:
    """What to type to go on with the series; `tags` are named where the manifest would not have all of them."""
    to = ("--to", ",".join(tags)) if (tags := tuple(tags)) and not {*tags} <= {*series.locales} else ()
    named = ws.folder.name == METADATA and not metadata.wanted(series, ws.folder.parent)
    only = ("--episode", METADATA) if named else ()
    return shlex.join(("localize", "run", str(series.manifest), *only, *to, *_workspace(series, ws)))


def _workspace(series: Series, ws: EpisodeWorkspace) -> tuple[str, ...]:
    """The option that finds `ws` again, in any terminal: `LOCALIZE_WORKSPACE` may be set in one and not in the next."""
    root, beside = ws.folder.parents[1], series.root.absolute() / "workspace"
    return () if root == beside == settings.workspace_root(series.root) else ("--workspace", str(root))


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
                series.gates.rule(gate, tag),
                ws.read(Decision, decision_file(gate, tag)),
                reviewed_digest(series, ws, gate, tag),
                found.findings if found else None,
                review=review_command(series, episode, gate, (tag,) if tag else (), ws),
                film=facts.digest if (facts := ws.state.facts) else "",
            )
    except ReviewError as waiting:
        return waiting
    return None
