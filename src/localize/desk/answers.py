"""What the addresses that scripts use have in common: what they take and how they answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from localize.desk import rows
from localize.desk.episode import told
from localize.desk.places import Place
from localize.desk.users import User
from localize.review.edits import Saved
from localize.review.log import Who

Text = Annotated[str, Field(max_length=8000)]
Name = Annotated[str, Field(max_length=80)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


def who_is(user: User) -> Who:
    return Who(user.name, signed_in=True)


def clashing(saved: Saved) -> list[dict[str, str]]:
    """What was not made since the lines had changed meanwhile: both texts, for a person to choose."""
    return [
        {"id": one.edit.cue_id, "mine": one.edit.text, "theirs": one.line.text, "version": one.version, "by": one.who}
        for one in saved.clashes
    ]


def rows_of(request: Request, at: Place, user: User, ids: Iterable[str]) -> dict[str, Any]:
    """The rows of some cues as they are now, as every change answers."""
    wanted = set(ids)
    found = rows.sheet(at.job, at.tag, wanted).rows if wanted else ()
    return {"rows": told(request, at, found, user)}
