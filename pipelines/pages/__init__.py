"""Pages: what teachers, students, leads and operators read in a browser, and the answers they give."""
