"""Prefect flows: the same pipeline, where ops can watch it."""

import os

# Before Prefect is imported, which reads its settings once: nothing is sent to anybody unless somebody asks for it.
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
# As prefect.yaml has it for the runs of workers: `localize-vanished` takes a run for gone that says nothing for 100 s.
os.environ.setdefault("PREFECT_FLOWS_HEARTBEAT_FREQUENCY", "30")
