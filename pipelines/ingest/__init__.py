"""From a file or a topic to a committed batch: sources, validate, land; and the school's own lists (catalogue)."""
