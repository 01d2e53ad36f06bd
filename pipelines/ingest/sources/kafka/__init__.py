"""Reading from Kafka and sending to it: the one place that imports kafka-python."""
