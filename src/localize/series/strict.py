"""What the tables of a manifest have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """What a person writes: an unknown key is an error, and nothing changes it once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)
