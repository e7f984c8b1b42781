"""A package of its own, because the argostranslate wheel installs another `tests`, and `python -m tests.bench` must not
find that one."""
