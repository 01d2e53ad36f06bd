"""Apache Kafka's own image, run by the settings that a broker on Java has.

The image's own start script writes settings from the environment, with rules of its own; so it is passed over.
"""

from servers.kafka.jars import KAFKA_VERSION
from servers.kafka.properties import Listeners, Security, server_properties

IMAGE = f"apache/kafka:{KAFKA_VERSION}"
DATA = "/var/lib/kafka/data"
_SCRIPT = """
printf %s "$SERVER_PROPERTIES" > /tmp/server.properties || exit
/opt/kafka/bin/kafka-storage.sh format --ignore-formatted --cluster-id="$CLUSTER_ID" \\
    --config=/tmp/server.properties || exit
exec /opt/kafka/bin/kafka-server-start.sh /tmp/server.properties
"""
COMMAND = ("sh", "-c", _SCRIPT)
_CLUSTER = "bGVhcm5sb29tLWJyb2tlcg"


def environment_inside(listeners: Listeners, security: Security | None = None) -> dict[str, str]:
    """Give the variables that COMMAND needs."""
    text = server_properties(listeners, security, data=DATA, host="0.0.0.0")  # noqa: S104 - of the container
    return {"SERVER_PROPERTIES": text, "CLUSTER_ID": _CLUSTER}
