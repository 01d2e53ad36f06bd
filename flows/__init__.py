"""When: Prefect flows, thin; everything in them can be called without Prefect."""
