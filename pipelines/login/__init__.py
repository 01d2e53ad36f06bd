"""Logging in to the pages: LTI 1.3 launches, the school's OpenID Connect, and the sessions that follow."""
