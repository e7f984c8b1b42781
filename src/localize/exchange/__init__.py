"""Review away from the desk: files that go out to reviewers (XLSX, SRT, ASS, XLIFF) and what comes back in them.

Everything here takes and gives bytes and typed rows; no path from outside reaches the file system. `handout` says what
goes out, a module for each format writes and reads it, `compare` holds what came back against what stands, `merge`
writes it through `review.edits` like any other edit.
"""
