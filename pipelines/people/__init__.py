"""Who is who: people with several identifiers, and staff, as the school tells it."""
