"""A run whose worker died has nobody to talk to, and goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("prefect")

SAYS = """
import logging
from prefect.logging.configuration import setup_logging
from flows.streams import outlive_worker
from localize.console import talk
setup_logging()
outlive_worker()
for _ in range(3):
    logging.getLogger("prefect.localize").warning("a line")
    talk("a line of ours")
open("{made}", "w").close()
"""


def test_a_process_that_nobody_reads_any_more_goes_on(tmp_path: Path) -> None:
    made = tmp_path / "made"
    read, write = os.pipe()
    os.close(read)
    environment = os.environ | {"PREFECT_LOGGING_TO_API_ENABLED": "false", "PREFECT_LOGGING_LEVEL": "INFO"}
    subprocess.run([sys.executable, "-c", SAYS.format(made=made)], stderr=write, env=environment, check=False)
    os.close(write)
    assert made.exists()
