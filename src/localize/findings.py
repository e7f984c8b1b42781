"""Findings: what a check measured, against which limit, how bad it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from localize.adherence import TermUse

Severity = Literal["info", "warning", "error"]
SEVERITIES: tuple[Severity, ...] = ("info", "warning", "error")


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of `check`: `rule` names the test, `measured` and `limit` are in the unit the message states."""

    rule: str
    severity: Severity
    message: str
    cue_id: str | None = None
    measured: int | float | str | None = None
    limit: int | float | str | None = None
    term: str | None = None
    """The source term it is about."""
    attempts: tuple[str, ...] = ()
    """In which ways an engine tried to keep the term."""
    picture: str = ""
    """A file of the workspace that shows what it is about."""


@dataclass(frozen=True, slots=True)
class Findings:
    """All findings of one locale of one episode (`locale` is the source locale for the source track)."""

    locale: str
    findings: tuple[Finding, ...] = ()
    terms: tuple[TermUse, ...] = ()
    """How every term of the episode fared, in the order in which they first stand in the source."""
    schema: int = 1


def worst(findings: Iterable[Finding]) -> Severity | None:
    """The highest severity among `findings`, None where there are none."""
    return max((f.severity for f in findings), key=SEVERITIES.index, default=None)


def at_least(findings: Iterable[Finding], limit: Severity) -> bool:
    """Whether any of `findings` is as bad as `limit`, or worse."""
    found = worst(findings)
    return found is not None and SEVERITIES.index(found) >= SEVERITIES.index(limit)
