"""Erasing a student with a receipt, giving a student what is kept of them, and what is kept where and for how long."""
