"""Deliveries: what passed its gates goes to a folder or a URL, with names, checksums, a manifest, and records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from localize import lease
from localize.delivery import collect, naming, records, send, shipping, texts
from localize.delivery.collect import FILES, Collected, Held, Ready
from localize.delivery.manifest import ALL_LOCALES, File, Kept, Kind, Manifest, Passed, Quality
from localize.delivery.send import Sent
from localize.delivery.shipping import Shipment
from localize.delivery.target import Target, open_target
from localize.disk import disk_errors
from localize.errors import InputError, at
from localize.job import Job
from localize.series import DELIVERIES, PLATFORMS

__all__ = [
    "FILES",
    "Collected",
    "File",
    "Held",
    "Kept",
    "Kind",
    "Manifest",
    "Passed",
    "Quality",
    "Ready",
    "Sent",
    "Shipment",
    "Target",
    "deliver",
    "open_target",
    "shipment",
]


def shipment(jobs: Sequence[Job], *, platform: str = "", template: str = "", files: Sequence[str] = FILES) -> Shipment:
    """What of `jobs`, episodes of one series and its titles, may be delivered, and under which names; it only reads.

    InputError on a platform, a kind or a template that cannot be.
    """
    series = jobs[0].series
    chosen = platform or series.platform
    if chosen not in PLATFORMS:
        raise InputError(f"{chosen!r} is not a platform", next_step=f"choose among {', '.join(PLATFORMS)}")
    if unknown := [kind for kind in files if kind not in FILES]:
        raise InputError(f"{unknown[0]!r} is no kind of file", next_step=f"choose among {', '.join(FILES)}")
    kinds = tuple(kind for kind in FILES if kind in files)
    asked = jobs[0].options.locales
    named = naming.template(template or naming.TEMPLATES[chosen], series.id, chosen)
    everything = Collected()
    for job in jobs:
        everything += collect.collect(job, kinds) if job.episode.has_film else texts.collect(job, chosen)
    return shipping.ship(
        series, named, everything,
        locales=(*asked, *([ALL_LOCALES] if {*series.locales} <= {*asked} else [])),
        episodes=tuple(job.episode.id for job in jobs),
        kinds=(*kinds, "metadata"),
    )  # fmt: skip


def deliver(
    made: Shipment,
    target: Target,
    workspace: Path,
    *,
    prune: bool = False,
    verify: bool = False,
    dry_run: bool = False,
    told: Callable[[str], None] = lambda _line: None,
) -> Sent:
    """Send a shipment and note in `workspace`, the root of all series, what was delivered; one at a time per series."""
    shipping.refuse_workspace(made, target, workspace)
    folder = workspace / made.series.id / DELIVERIES
    if dry_run:
        return send.send(made, target, prune=prune, verify=verify, dry_run=True, told=told)
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with at(stage="deliver"), lease.hold(folder / "locks", ("delivery",)):
        sent = send.send(made, target, prune=prune, verify=verify, told=told)
        if sent.new or sent.removed:
            records.write(folder, made, target, sent)
    return sent
