"""A Kafka broker as tests, measurements and people see it."""

from collections.abc import Mapping
from typing import Any

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec, UserScramCredentialUpsertion
from kafka.errors import KafkaError, for_code

from servers.errors import StartError
from servers.kafka.properties import MECHANISMS, PLAINTEXT, Listeners, Security
from servers.ports import answers
from servers.server import Owned, Runner, Server


class Broker(Server):
    """A broker at an address, whoever runs it."""

    def __init__(self, address: str) -> None:
        """`address` is host:port of a listener without security."""
        self.address = address

    def start(self) -> None:
        """See that it answers."""
        if not self.is_ready():
            raise StartError(f"no Kafka broker answers at {self.address}")

    def is_ready(self) -> bool:
        """Whether it answers, and is part of its own cluster."""
        if not answers(self.address):  # kafka-python would leave a thread and sockets behind
            return False
        try:
            with self.admin() as admin:
                return bool(admin.describe_cluster()["brokers"])
        except KafkaError:
            return False

    def admin(self) -> Any:
        """Open kafka-python's KafkaAdminClient, for what is not here."""
        return KafkaAdminClient(bootstrap_servers=self.address, bootstrap_timeout_ms=10_000)

    def create_topic(self, name: str, partitions: int = 1, **config: object) -> None:
        """Create a topic and wait until each partition has a leader.

        Args:
            name: Topic.
            partitions: Their number.
            config: Topic settings, underscores for dots: `retention_ms=1000`.
        """
        configs = {key.replace("_", "."): str(value) for key, value in config.items()}
        options = {"num_partitions": partitions, "replication_factor": 1, "configs": configs}
        with self.admin() as admin:
            admin.create_topics({name: options}, wait_for_metadata=True)

    def delete_topic(self, name: str) -> None:
        """Delete a topic and all it holds."""
        with self.admin() as admin:
            admin.delete_topics([name])

    def end_offsets(self, topic: str) -> dict[int, int]:
        """Give the offset that the next record gets, for each partition."""
        with self.admin() as admin:
            (found,) = admin.describe_topics([topic])
            if found["error_code"]:
                raise for_code(found["error_code"])(topic)
            partitions = [TopicPartition(topic, each["partition_index"]) for each in found["partitions"]]
            ends = admin.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.LATEST))
        return {partition.partition: end.offset for partition, end in sorted(ends.items())}


class OwnBroker(Owned, Broker):
    """A broker that is ours."""

    def __init__(self, runner: Runner, listeners: Listeners, security: Security | None = None) -> None:
        """Take the ports as they were chosen; `security` says who may come in by the secured ones."""
        Owned.__init__(self, runner)
        Broker.__init__(self, listeners.addresses[PLAINTEXT])
        self.security = security
        self._listeners = listeners

    @property
    def addresses(self) -> Mapping[str, str]:
        """host:port of every listener, by protocol: PLAINTEXT, and where secured SASL_PLAINTEXT, SASL_SSL, SSL."""
        return self._listeners.addresses

    def start(self) -> None:
        """Start it and wait until it answers, and knows its users."""
        super().start()
        if self.security is not None:
            self._let_in(self.security)

    def _let_in(self, security: Security) -> None:
        """Tell the broker of its SCRAM users: they are kept with its data, not in its settings."""
        with self.admin() as admin:
            for mechanism in MECHANISMS[1:]:  # one by one: a request may name a user but once
                wanted = UserScramCredentialUpsertion(security.user, mechanism, security.password)
                refused = admin.alter_user_scram_credentials([wanted])[security.user]
                if refused:
                    raise StartError(f"the broker did not take {wanted!r}: {refused}")
