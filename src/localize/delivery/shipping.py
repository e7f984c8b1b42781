"""A shipment: what may be delivered and the names it has at the target, before anything is copied."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from localize.delivery import naming
from localize.delivery.collect import Collected, Held, Ready
from localize.delivery.manifest import CHECKSUMS, MANIFEST, File, Kept, Kind
from localize.delivery.naming import Template
from localize.delivery.target import Target
from localize.errors import InputError
from localize.series import METADATA, Series


@dataclass(frozen=True, slots=True)
class Shipment:
    """What is to be at the target: files by their names relative to `template.home`, and what this call is about."""

    series: Series
    template: Template
    files: dict[str, Ready]
    held: tuple[Held, ...]
    locales: tuple[str, ...]
    """Those that the call asks for, `mul` among them."""
    episodes: tuple[str, ...]
    kinds: tuple[Kind, ...]

    def asks_for(self, file: File | Kept) -> bool:
        if file.kind == "metadata":
            return METADATA in self.episodes
        return file.episode in self.episodes and file.locale in self.locales and file.kind in self.kinds


def ship(
    series: Series, template: Template, collected: Collected, *, locales: tuple[str, ...], episodes: tuple[str, ...],
    kinds: tuple[Kind, ...],
) -> Shipment:  # fmt: skip
    """Name everything; InputError where two files would have one name or one could not be called so."""
    number, home = naming.numbers(series), template.home
    files: dict[str, Ready] = {}
    names: list[str] = [f"{home}/{name}".lstrip("/") for name in (MANIFEST, CHECKSUMS)]
    for ready in collected.ready:
        name = _name(template, ready, number, home)
        names.append(name)
        files[name.removeprefix(f"{home}/") if home else name] = ready
    if both := naming.clash(names):
        raise InputError(
            f"--template {template.text} gives two files one name: {both[0]} and {both[1]}",
            next_step="tell them apart with {locale}, {episode} or {id}, and {ext}",
        )
    return Shipment(series, template, files, collected.held, locales, episodes, kinds)


def _name(template: Template, ready: Ready, number: dict[str, int], home: str) -> str:
    if ready.kind == "metadata":
        name = f"metadata/{ready.locale}.{ready.ext}" if ready.ext == "csv" else f"metadata.{ready.ext}"
        return f"{home}/{name}".lstrip("/")
    episode = number[ready.episode]
    return template.name(locale=ready.locale, episode=episode, id_=ready.episode, ext=ready.ext)


def refuse_workspace(shipment: Shipment, target: Target, root: Path) -> None:
    """InputError where a file would land in the workspace: there it would be mistaken for work."""
    home = target.below(shipment.template.home).path("")
    if home is None:
        return
    inside = root.resolve()
    for place in (home, *((home / name).parent for name in shipment.files)):
        if place.resolve().is_relative_to(inside):
            raise InputError(f"{place} lies in the workspace {root}", next_step="deliver to a folder outside of it")
