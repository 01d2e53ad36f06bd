"""What a school says beside its statements: skill maps, course plans, and what its platforms' words mean."""
