"""What each step reads, writes, and what its fingerprint holds. `pipeline` says in which order and with which gates.

A step works on one episode and on the locales it is given (`()` for the steps of the source), writes through the
workspace, and answers per scope whether it did the work or found it done. A locale that fails never takes others along.
"""

from __future__ import annotations

from collections.abc import Mapping

from localize.steps.common import Step
from localize.steps.covers import cover_step, filled
from localize.steps.metadata import check_titles_step, titles_step
from localize.steps.picture import read_step
from localize.steps.renders import burn_step, mux_step, outdated, report_step, selectable
from localize.steps.source import ingest_step, segment_step, shots_step, transcribe_step
from localize.steps.tracks import check_step, fit_step, shows_track, sidecar_step
from localize.steps.translation import translate_step

__all__ = ["STEPS", "Step", "filled", "outdated", "selectable", "shows_track", "translate_step"]

STEPS: Mapping[str, Step] = {
    "ingest": ingest_step,
    "shots": shots_step,
    "read": read_step,
    "transcribe": transcribe_step,
    "segment": segment_step,
    "translate": translate_step,
    "fit": fit_step,
    "check": check_step,
    "sidecar": sidecar_step,
    "cover": cover_step,
    "burn": burn_step,
    "mux": mux_step,
    "report": report_step,
    "titles": titles_step,
    "check-titles": check_titles_step,
}
