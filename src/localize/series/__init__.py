"""The manifest: `series.toml`, what is to be localised and how. An unknown key is an error, never ignored."""

from localize.series.gates import GateMode, GateRule, Gates, LocaleGates
from localize.series.loading import MEDIA_SUFFIXES, beside, id_of, load
from localize.series.manifest import (
    DELIVERIES,
    GENRES,
    METADATA,
    PLATFORMS,
    SOURCES,
    Cover,
    Episode,
    Id,
    Series,
    TextSource,
)
from localize.series.style import Style

__all__ = [
    "DELIVERIES",
    "GENRES",
    "MEDIA_SUFFIXES",
    "METADATA",
    "PLATFORMS",
    "SOURCES",
    "Cover",
    "Episode",
    "GateMode",
    "GateRule",
    "Gates",
    "Id",
    "LocaleGates",
    "Series",
    "Style",
    "TextSource",
    "beside",
    "id_of",
    "load",
]
