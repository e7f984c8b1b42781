"""The model store: what we know, where it comes from, what it must hash to.

Two kinds of trust. What we ship or fetch as a fixed revision is pinned here by SHA-256 and size. An official Argos
package is published without a digest, so its size and SHA-256 are recorded at first install and held to afterwards.
Nothing is unpacked or moved into the store before its hash held.
"""

from localize.models.catalogue import DEFAULT_SPEECH, official_name, starter_name
from localize.models.fetch import Fetcher, Hosts, PipDownload
from localize.models.store import Installed, ModelRow, Package, State, Store

__all__ = [
    "DEFAULT_SPEECH",
    "Fetcher",
    "Hosts",
    "Installed",
    "ModelRow",
    "Package",
    "PipDownload",
    "State",
    "Store",
    "official_name",
    "starter_name",
]
