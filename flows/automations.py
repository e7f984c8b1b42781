"""Automations: what the server does by itself, as `automations.yaml` says.

`python -m flows.automations`
"""

from __future__ import annotations

from pathlib import Path

import yaml
from prefect.client.orchestration import get_client
from prefect.events.schemas.automations import AutomationCore

from localize.console import talk

FILE = Path(__file__).parents[1] / "automations.yaml"


def read(file: Path = FILE) -> list[AutomationCore]:
    """Every automation of `file`."""
    return [AutomationCore.model_validate(one) for one in yaml.safe_load(file.read_text())["automations"]]


def main() -> None:
    """Make the server's automations of these names what the file says; each is there once."""
    with get_client(sync_client=True) as client:
        for automation in read():
            there = client.read_automations_by_name(automation.name)
            if there:
                client.update_automation(there[0].id, automation)
            else:
                client.create_automation(automation)
            for surplus in there[1:]:
                client.delete_automation(surplus.id)
            talk(f"automation {automation.name}")


if __name__ == "__main__":
    main()
