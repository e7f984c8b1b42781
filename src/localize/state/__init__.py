"""State: where episodes and locales stand, read from the workspace and put into words."""
