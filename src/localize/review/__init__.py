"""What a reviewer does to an episode: edits with versions, a log of every change, undo, comments."""
