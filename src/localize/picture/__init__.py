"""The picture of an episode: what it says already, who reads that, and what covers it."""
