"""Decisions at the gates, as the page of an episode makes them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from localize.decisions import GateName
from localize.decisions import Verdict as Word
from localize.desk import verdicts
from localize.desk.answers import Body, Name, Text
from localize.desk.guards import SignedIn, TheDesk, allow
from localize.desk.places import place

router = APIRouter(prefix="/series/{series_id}/{episode_id}/{tag}")
_MOST = 5000
"""Comments to cues in one decision."""


class Verdict(Body):
    gate: GateName
    verdict: Word
    digest: Annotated[str, Field(max_length=200)]
    comment: Text = ""
    cues: Annotated[list[tuple[Name, Text]], Field(max_length=_MOST, default_factory=list)]


@router.get("/gate/{gate}")
def before_deciding(
    user: SignedIn, desk: TheDesk, series_id: str, episode_id: str, tag: str,
    gate: GateName,
) -> Any:  # fmt: skip
    """The digest that a decision at `gate` has to name."""
    at = place(desk, series_id, episode_id, tag)
    return {"digest": verdicts.seen(at.job, gate, None if gate == "transcript" else tag)}


@router.post("/decide")
def decide(user: SignedIn, desk: TheDesk, series_id: str, episode_id: str, tag: str, body: Verdict) -> Any:
    """Approve or reject at a gate, about exactly what the page showed."""
    at = place(desk, series_id, episode_id, tag)
    scope = None if body.gate == "transcript" else tag
    allow(user.may_decide(body.gate, scope))
    made = verdicts.decide(at.job, body.gate, scope, body.verdict, user, body.digest, body.comment, body.cues)
    return {"verdict": made.verdict, "gate": made.gate, "next": verdicts.go_on(at.job, {scope: made})}
