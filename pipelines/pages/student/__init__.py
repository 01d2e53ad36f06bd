"""What students read."""
