"""Make the server's automations what the files here say: `python -m flows.automations`.

Those that tell somebody go through a notification block named `localize-ops`, of any kind that Prefect has (Slack,
mail, a webhook), which is made once in the UI under Blocks; until there is one, they are left out and said to be.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer
import yaml
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.events.schemas.automations import AutomationCore

from flows.patience import in_words
from localize.console import talk

HERE = Path(__file__).parent
BLOCK = "localize-ops"
"""The name of the block that notifications are sent through."""
_TOLD = "send-notification"


def files() -> list[Path]:
    return sorted(HERE.glob("*.yaml"))


def read(file: Path, block: str | None) -> AutomationCore | None:
    """The automation in `file`, telling people through `block`, an id; None where it would tell and there is none."""
    given: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    told = [action for action in given["actions"] if action["type"] == _TOLD]
    if told and block is None:
        return None
    for action in told:
        action["block_document_id"] = block
    return AutomationCore.model_validate(given)


def name_of(file: Path) -> str:
    return str(yaml.safe_load(file.read_text(encoding="utf-8"))["name"])


def main() -> None:
    """Each is there once; those with other names are left alone."""
    with in_words(), get_client(sync_client=True) as client:
        block = _block(client)
        for file in files():
            there = client.read_automations_by_name(name_of(file))
            automation = read(file, block)
            if automation is None:
                talk(f"automation {name_of(file)}: left out, there is no notification block {BLOCK!r}")
            elif there:
                client.update_automation(there[0].id, automation)
            else:
                client.create_automation(automation)
            _remove(client, there[1:] if automation else there)
            if automation:
                talk(f"automation {automation.name}")


def _block(client: SyncPrefectClient) -> str | None:
    documents = client.read_block_documents(limit=200)
    return next((str(document.id) for document in documents if document.name == BLOCK), None)


def _remove(client: SyncPrefectClient, surplus: Sequence[Any]) -> None:
    for one in surplus:
        client.delete_automation(one.id)


if __name__ == "__main__":
    typer.run(main)
