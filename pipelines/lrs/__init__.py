"""The learning record store over HTTP: judged, kept in a journal and answered; landing reads the journal."""
