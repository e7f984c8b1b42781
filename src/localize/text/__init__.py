"""Text: what a line is, in Chinese and in the languages it becomes; nothing here knows files or engines."""
