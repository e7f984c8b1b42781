"""Timing: when each line of a layout comes and goes. Source cues keep their ids and times; only what is drawn moves."""

from localize.timing.rules import Limits, Timed
from localize.timing.schedule import divide, schedule
from localize.timing.shots import Shots, Thumbnails, shot_changes

__all__ = ["Limits", "Shots", "Thumbnails", "Timed", "divide", "schedule", "shot_changes"]
