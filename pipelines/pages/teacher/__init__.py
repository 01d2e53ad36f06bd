"""What teachers read."""
