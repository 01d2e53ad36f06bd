"""Sending signals to subscribers: queue, webhooks, topics, files, learning record stores."""
