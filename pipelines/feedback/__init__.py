"""Rules that turn evidence into profiles and signals: values in, values out."""
