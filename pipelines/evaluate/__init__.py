"""How good estimates and signals are, on students that the models have not seen."""
