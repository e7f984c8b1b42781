"""Makes the sample series `samples/dragon-king/` and the speech of `samples/bench/`: see `__main__.py`."""
