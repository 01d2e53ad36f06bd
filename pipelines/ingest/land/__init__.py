"""Landing: judged records become rows, each exactly once, with the positions in the same transaction."""
