"""The vendor's report: what is wrong with statements, and what stays unknown."""
