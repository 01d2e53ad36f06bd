"""Learner models: arrays in, arrays out."""
