"""Students in buckets: cut by ranges of keys, computed here or elsewhere, their rows in files until the commit."""
