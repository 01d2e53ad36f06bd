"""SCORM 1.2 and 2004: the run-time data of attempts, as an LMS keeps or reports them."""
