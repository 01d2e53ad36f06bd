"""Roster: who teaches whom, who reads the pages as what, and what each reader may see."""
