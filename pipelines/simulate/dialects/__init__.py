"""The same class, told as learning platforms tell it: our statements translated into theirs."""
