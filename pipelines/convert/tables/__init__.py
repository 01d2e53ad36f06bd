"""Tables: answers and grades from CSV, by a mapping of columns."""
