"""The learning record store, called as learning platforms call it."""
