"""Terms enforced on an engine that knows none: protect, translate, verify, restore, and a ladder for what was lost."""

from localize.engines.termed.case import GLOSSARY
from localize.engines.termed.ladder import RUNGS, Termed

__all__ = ["GLOSSARY", "RUNGS", "Termed"]
