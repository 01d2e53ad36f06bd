"""What others read: HTTP, students and signals, exports."""
