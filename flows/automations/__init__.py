"""Automations: what the server does by itself, one file each; see `__main__`."""
