"""Send: bring a target up to what may be delivered; what is there already is left alone, what broke off goes on.

The manifest is written last: until then the old one stands, and files that are there with the right digest count.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from localize import __version__
from localize.delivery import manifest
from localize.delivery.collect import Held, Ready
from localize.delivery.manifest import ALL_LOCALES, CHECKSUMS, MANIFEST, File, Kept, Manifest
from localize.delivery.shipping import Shipment
from localize.delivery.target import CHUNK_BYTES, Changed, Target
from localize.disk import disk_errors
from localize.engines import ffprobe
from localize.errors import DeliveryError, InputError, WorkspaceError, at
from localize.series import METADATA
from localize.workspace import to_json

_READER = TypeAdapter(Manifest)
_UNWANTED = "no longer wanted"


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a shipment, by name; `held` has what changed while it was copied as well."""

    written: tuple[str, ...]
    replaced: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    kept: tuple[Kept, ...]
    held: tuple[Held, ...]
    manifest: Manifest
    new: tuple[File, ...]
    """What this delivery brought, for the books."""


def send(
    shipment: Shipment,
    target: Target,
    *,
    prune: bool = False,
    verify: bool = False,
    dry_run: bool = False,
    told: Callable[[str], None] = lambda _line: None,
) -> Sent:
    """Deliver. DeliveryError, with everything so far in its place, where the target fails: send again.

    `verify` reads back what is there already even where that is far away; `prune` removes what is no longer wanted.
    """
    return _Sending(shipment, target.below(shipment.template.home), verify, dry_run, told).sent(prune)


class _Sending:
    def __init__(
        self, shipment: Shipment, target: Target, verify: bool, dry_run: bool, told: Callable[[str], None]
    ) -> None:
        self._shipment, self._target = shipment, target
        self._verify, self._dry_run, self._told = verify, dry_run, told
        self._before = _read(target, shipment.series.id)
        self._known = {file.name: file for file in self._before.files} if self._before else {}
        self._now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        self._held = list(shipment.held)

    def sent(self, prune: bool) -> Sent:
        written, replaced, unchanged = list[str](), list[str](), list[str]()
        files: dict[str, File] = {}
        for name, ready in self._shipment.files.items():
            size = self._target.size(name)
            if self._is_there(name, ready, size):
                unchanged.append(name)
            else:
                if not self._dry_run and not self._put(name, ready):
                    continue
                (written if size is None else replaced).append(name)
                self._told(f"{'would be ' * self._dry_run}{'written' if size is None else 'replaced'}: {name}")
            files[name] = self._entry(name, ready, found=name in unchanged)
        others, kept = self._others(files)
        removed = [one.name for one in kept if prune and one.why == _UNWANTED]
        kept = [one for one in kept if one.name not in removed]
        if not self._dry_run:
            for name in removed:
                self._target.remove(name)
        made = self._manifest((*files.values(), *others), kept)
        if not self._dry_run and (made.files or self._before):
            self._conclude(made)
        brought = [file for file in files.values() if self._known.get(file.name) != file]
        new = tuple(file for file in brought if file.delivered_at == self._now)
        return Sent(
            tuple(written), tuple(replaced), tuple(unchanged), tuple(removed), tuple(kept), tuple(self._held), made, new
        )

    def _is_there(self, name: str, ready: Ready, size: int | None) -> bool:
        if size != ready.bytes:
            return False
        known = self._known.get(name)
        # Reading back what an earlier delivery verified costs as much as sending it, where it is far away.
        if known and known.sha256 == ready.sha256 and not self._target.local and not self._verify:
            return True
        return self._target.sha256(name) == ready.sha256

    def _put(self, name: str, ready: Ready) -> bool:
        """Whether the file was sent; one that changed meanwhile is held instead."""
        with at(stage="deliver", episode_id=ready.episode, locale=ready.locale):
            try:
                self._target.put(name, _chunks(ready.content), ready.sha256)
            except (Changed, WorkspaceError) as error:
                why = error.message if isinstance(error, WorkspaceError) else f"{name} changed while it was copied"
                held = DeliveryError(
                    why, stage="deliver", episode_id=ready.episode, locale=ready.locale,
                    next_step="run the series again with --verify, then deliver again",
                )  # fmt: skip
                self._held.append(Held(ready.episode, ready.locale, ready.kind, held))
                return False
        return True

    def _entry(self, name: str, ready: Ready, *, found: bool) -> File:
        known = self._known.get(name)
        same = known if known and known.sha256 == ready.sha256 else None
        duration_ms, width_px, height_px = ready.duration_ms, 0, 0
        if ready.kind in {"burn", "mux"} and same:
            duration_ms, width_px, height_px = same.duration_ms, same.width_px, same.height_px
        elif ready.kind in {"burn", "mux"} and isinstance(ready.content, Path):
            duration_ms, width_px, height_px = _measured(ready.content, duration_ms)
        return File(
            name, ready.kind, ready.episode, ready.locale, ready.bytes, ready.sha256, duration_ms, width_px, height_px,
            ready.qc, same.delivered_at if same and found else self._now,
        )  # fmt: skip

    def _others(self, files: dict[str, File]) -> tuple[list[File], list[Kept]]:
        """What an earlier delivery left and this one did not send: what it was not asked about, and what is old."""
        before, kept = self._before, list[Kept]()
        others: list[File] = []
        earlier: tuple[File | Kept, ...] = (*before.files, *before.kept) if before else ()
        for file in earlier:
            if file.name in files or self._target.size(file.name) is None:
                continue
            if self._gone(file):
                kept.append(_kept(file, _UNWANTED))
            elif not self._shipment.asks_for(file):
                if isinstance(file, File):
                    others.append(file)
                else:
                    kept.append(file)
            else:
                reason = next((h for h in self._held if h.covers(file.episode, file.locale, file.kind)), None)
                kept.append(_kept(file, f"held: {reason.error.message}" if reason else _UNWANTED))
        return others, kept

    def _gone(self, file: File | Kept) -> bool:
        """Whether the manifest of the series has no such episode or locale any more."""
        series, asked = self._shipment.series, self._shipment.locales
        episodes = {METADATA, *(episode.id for episode in series.episode)}
        return file.episode not in episodes or file.locale not in {ALL_LOCALES, *series.locales, *asked}

    def _manifest(self, files: tuple[File, ...], kept: list[Kept]) -> Manifest:
        series, template = self._shipment.series, self._shipment.template
        ordered = (tuple(sorted(files, key=lambda f: f.name)), tuple(sorted(kept, key=lambda k: k.name)))
        tool = f"localize {__version__}"
        return Manifest(series.id, series.title, template.platform, template.text, tool, *ordered)

    def _conclude(self, made: Manifest) -> None:
        data = to_json(made)
        sums = manifest.checksums(made.files, hashlib.sha256(data).hexdigest())
        for name, content in ((MANIFEST, data), (CHECKSUMS, sums)):
            if self._target.read(name) != content:
                self._target.put(name, [content], hashlib.sha256(content).hexdigest())


def _read(target: Target, series_id: str) -> Manifest | None:
    """The manifest of the delivery before; InputError where it is another series'."""
    data = target.read(MANIFEST)
    if data is None:
        return None
    try:
        found = _READER.validate_json(data)
    except ValidationError as error:
        raise DeliveryError(
            f"{target.shown}/{MANIFEST} is damaged: {error.errors()[0]['msg']}",
            next_step="mend it, or move it away: then every file there is looked at anew",
        ) from None
    if found.series != series_id:
        raise InputError(
            f"{target.shown} holds the delivery of {found.series}",
            next_step="give another folder, or a --template that begins with {series}/",
        )
    return found


def _kept(file: File | Kept, why: str) -> Kept:
    return Kept(file.name, file.kind, file.episode, file.locale, why)


def _chunks(content: Path | bytes) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with disk_errors(content, "read"), content.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _measured(video: Path, duration_ms: int) -> tuple[int, int, int]:
    """Duration in ms and the frame as seen, of the file itself."""
    picture = ffprobe.probe(video).picture
    if picture is None:
        return duration_ms, 0, 0
    width_px = round(picture.width_px * picture.sample_aspect)
    size = (width_px, picture.height_px)
    lying = picture.rotation in {90, 270}
    return round(picture.duration_s * 1000), *(reversed(size) if lying else size)
