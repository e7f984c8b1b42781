"""Chaos: a real episode, real ffmpeg and engines that cost nothing, killed and starved of disk on purpose."""
