"""Metrics: where every series of the desk stands, for Prometheus, at `/metrics`.

A scraper has no session. With `LOCALIZE_METRICS_TOKEN` it sends that token as its bearer; without one only this machine
is answered, and nobody where the desk stands behind a proxy, through which everybody comes from this machine.
"""

from __future__ import annotations

import ipaddress
import secrets
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from fastapi import APIRouter, HTTPException
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from localize import settings
from localize.desk.guards import TheDesk
from localize.desk.registry import Desk
from localize.state.standing import Standing, age_s, counted, standing

router = APIRouter()


@router.get("/metrics")
def metrics(request: Request, desk: TheDesk) -> Response:
    """The text format of Prometheus; 404 for who may not have it."""
    if not _may(request):
        raise HTTPException(404)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_OfDesk(desk))
    return Response(generate_latest(registry), headers={"content-type": CONTENT_TYPE_LATEST})


def _may(request: Request) -> bool:
    if token := settings.metrics_token():
        sent = request.headers.get("authorization", "")
        return secrets.compare_digest(sent.encode(), f"Bearer {token}".encode())
    return not request.app.behind_proxy and _here(request.client.host if request.client else "")


def _here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _OfDesk(Collector):
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def collect(self) -> Iterator[GaugeMetricFamily]:
        locales = _gauge("localize_locales", "Locales of episodes by state.", "series", "state")
        findings = _gauge("localize_findings", "Findings of the check.", "series", "severity")
        waiting = _gauge("localize_waiting", "Locales of episodes that wait at a gate.", "series", "gate", "locale")
        oldest = _gauge("localize_waiting_oldest_seconds", "Of these, the one that waits longest.", "series", "gate")
        failed = _gauge("localize_failed_episodes", "Episodes whose last run failed.", "series")
        free = _gauge("localize_workspace_free_bytes", "Room on the volume of the workspace.", "series")
        damaged = _gauge("localize_damaged_manifests", "Manifests that cannot be read.")
        damaged.add_metric([], sum(entry.error is not None for entry in self._desk.entries()))
        for series in self._desk.all():
            jobs = [*self._desk.jobs(series.id).values()]
            seen, cells = _seen(jobs_seen := [standing(job) for job in jobs])
            for state, count in counted(jobs_seen).items():
                locales.add_metric([series.id, state], count)
            for severity, count in seen.items():
                findings.add_metric([series.id, severity], count)
            for (gate, tag), count in Counter((gate, tag) for gate, tag, _ in cells).items():
                waiting.add_metric([series.id, gate, tag], count)
            for gate in {gate for gate, _, _ in cells}:
                oldest.add_metric([series.id, gate], max(age for at, _, age in cells if at == gate))
            failed.add_metric([series.id], sum(bool(one.failed) for one in jobs_seen))
            if jobs and (room := _free(jobs[0].workspace.folder)) is not None:
                free.add_metric([series.id], room)
        yield from (locales, findings, waiting, oldest, failed, free, damaged)


def _gauge(name: str, about: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, about, labels=labels)


def _seen(standings: list[Standing]) -> tuple[dict[str, int], list[tuple[str, str, float]]]:
    """Findings by severity; and gate, locale and age in seconds of everything that waits for a reviewer."""
    cells = [cell for one in standings for cell in one.cells]
    found = {"error": sum(cell.errors for cell in cells), "warning": sum(cell.warnings for cell in cells)}
    return found, [(cell.gate, cell.locale, age_s(cell.since)) for cell in cells if cell.state == "waiting"]


def _free(folder: Path) -> int | None:
    """Bytes that are free where `folder` lies, or will lie."""
    there = next((path for path in (folder, *folder.parents) if path.exists()), None)
    return shutil.disk_usage(there).free if there else None
