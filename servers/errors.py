"""What can go wrong with a server of one's own."""


class NotHereError(Exception):
    """This way of getting a server is not open on this machine; the next one may be."""


class NoServerError(Exception):
    """No way led to a server: the message names each of them with its reason."""


class StartError(RuntimeError):
    """The server should have started and did not: the message ends with the last lines of its log."""
