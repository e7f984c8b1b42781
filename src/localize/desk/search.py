"""Find and replace across the episodes and locales of a series: what would change is shown before anything does."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse

from localize.desk.guards import SignedIn, TheDesk, allow
from localize.desk.pages import page
from localize.desk.refit import REFITS
from localize.review import replace
from localize.review.diff import diff
from localize.review.log import Who

router = APIRouter()
Text = Annotated[str, Query(max_length=replace.LONGEST)]
Typed = Annotated[str, Form(max_length=replace.LONGEST)]


@router.get("/series/{series_id}/replace")
def find(
    request: Request, user: SignedIn, desk: TheDesk, series_id: str, text: Text = "", replacement: Text = "",
    source: Text = "", match_case: bool = False, whole_words: bool = False,
    locales: Annotated[list[str] | None, Query()] = None,
) -> HTMLResponse:  # fmt: skip
    """The lines that hold a text, and what they would become."""
    series, jobs = desk.series(series_id), desk.jobs(series_id)
    chosen = [tag for tag in series.locales if not locales or tag in locales]
    query = replace.Query(text, replacement, source, match_case, whole_words)
    hits: list[replace.Hit] = []
    more = False
    if not query.empty:
        for hit in replace.find(jobs.values(), chosen, query):
            if more := len(hits) == replace.MOST:
                break
            hits.append(hit)
    editable = {tag for tag in series.locales if user.may_edit(tag)}
    return page(
        request, "replace.html", series=series, given=query, chosen=chosen, hits=hits, more=more, editable=editable,
        diff=diff, done=None,
    )  # fmt: skip


@router.post("/series/{series_id}/replace")
def apply(
    request: Request, user: SignedIn, desk: TheDesk, series_id: str, text: Typed = "", replacement: Typed = "",
    source: Typed = "", match_case: Annotated[bool, Form()] = False, whole_words: Annotated[bool, Form()] = False,
    hit: Annotated[list[str] | None, Form()] = None,
) -> HTMLResponse:  # fmt: skip
    """Replace in the chosen lines; one that changed since it was shown stays as it is and is named."""
    series, jobs = desk.series(series_id), desk.jobs(series_id)
    query = replace.Query(text, replacement, source, match_case, whole_words)
    keys = hit or []
    tags = {key.split("/")[1] for key in keys if key.count("/") == 3}
    allow(all(tag in series.locales and user.may_edit(tag) for tag in tags))
    saved = replace.apply(jobs, keys, query, Who(user.name, signed_in=True))
    for (episode, tag), one in saved.items():
        if one.event:
            REFITS.soon(jobs[episode], [tag])
    done = {
        "lines": sum(len(one.event.cue_ids) if one.event else 0 for one in saved.values()),
        "clashes": [(episode, tag, clash) for (episode, tag), one in saved.items() for clash in one.clashes],
    }
    return page(
        request, "replace.html", series=series, given=query, chosen=list(series.locales), hits=[], more=False,
        editable=set(), diff=diff, done=done,
    )  # fmt: skip
