"""Line breaks: where a text may break in a locale, and which of those breaks make the best lines.

Debian's libass is built without libunibreak: Japanese, Chinese and Thai would run off both sides of the frame. So every
break is ours.
"""

from localize.linebreak.places import Break, normalise, opportunities
from localize.linebreak.search import Measure, balance, hard_breaks

__all__ = ["Break", "Measure", "balance", "hard_breaks", "normalise", "opportunities"]
