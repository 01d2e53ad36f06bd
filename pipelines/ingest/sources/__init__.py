"""Reading: from bytes to records with their coordinates."""
