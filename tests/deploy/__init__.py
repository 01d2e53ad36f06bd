"""What only containers show: the image, the composition, and the chart. Run by `make containers`."""
