"""QTI 2 and 3: results of tests, by Results Reporting."""
