"""The rules of xAPI 1.0.3 and 2.0, and the types of its parts."""
