"""The outside world: one module per engine, each behind a protocol of `base`."""
