"""Converting: from what is no xAPI to statements, before they are validated."""
