"""Rules about agents, groups and authorities."""

from typing import Final

from learnloom.schemas.xapi.rule import Rule

ACTOR_RULES: Final = (
    Rule(
        "actor-type",
        "2.4.2; 2.2.s4.b1.b6",
        'the objectType of an actor must be "Agent" or "Group"',
        "write it exactly like this, or leave it out for an Agent",
        right='"actor": {"objectType": "Agent", "mbox": "mailto:ada@example.org"}',
        wrong='"actor": {"objectType": "agent", "mbox": "mailto:ada@example.org"}',
    ),
    Rule(
        "actor-ifi-exactly-one",
        "2.4.2.1.s2.b1, 2.4.2.1.s2.b2",
        "an Agent must have exactly one identifier (mbox, mbox_sha1sum, openid or account)",
        "keep the identifier that never changes (preferably an account), and put the person's name in name",
        right='"actor": {"name": "Ada", "mbox": "mailto:ada@example.org"}',
        wrong='"actor": {"name": "Ada"}',
    ),
    Rule(
        "group-ifi-at-most-one",
        "2.4.2.2.s5.b1",
        "an identified Group must have exactly one identifier (mbox, mbox_sha1sum, openid or account)",
        "keep one of them",
        right='"actor": {"objectType": "Group", "mbox": "mailto:team@example.org"}',
        wrong=(
            '"actor": {"objectType": "Group", "mbox": "mailto:team@example.org", '
            '"openid": "https://team.openid.example.org"}'
        ),
    ),
    Rule(
        "group-member-required",
        "2.4.2.2.s4.b1",
        "a Group without an identifier must list its members",
        "add the Agents to member, or give the Group an identifier",
        right='"actor": {"objectType": "Group", "member": [{"mbox": "mailto:ada@example.org"}]}',
        wrong='"actor": {"objectType": "Group", "name": "Team"}',
    ),
    Rule(
        "group-member-agent",
        "2.4.2.2.s4.b2, 2.4.2.2.s5.b2",
        "the members of a Group must be Agents, never Groups",
        "list the Agents of the inner Group themselves",
        right='"actor": {"objectType": "Group", "member": [{"mbox": "mailto:ada@example.org"}]}',
        wrong=(
            '"actor": {"objectType": "Group", "member": [{"objectType": "Group", '
            '"mbox": "mailto:team@example.org"}]}'
        ),
    ),
    Rule(
        "mbox-format",
        "2.4.2.3.s3.table1.row1",
        "an mbox must be mailto: followed by an e-mail address",
        "send a value such as mailto:learner@example.org, or identify the person by an account",
        right='"actor": {"mbox": "mailto:ada@example.org"}',
        wrong='"actor": {"mbox": "ada@example.org"}',
    ),
    Rule(
        "mbox-sha1sum-format",
        "2.4.2.3.s3.table1.row2",
        "an mbox_sha1sum must be the SHA-1 of the mbox in 40 hex digits",
        "hash the whole mbox, mailto: included, and write it in hex",
        right='"actor": {"mbox_sha1sum": "ebd31e95054c018b10727ccffd2ef2ec3a016ee9"}',
        wrong='"actor": {"mbox_sha1sum": "ebd31e95"}',
    ),
    Rule(
        "openid-format",
        "2.4.2.3.s3.table1.row3; RFC 3986",
        "an openid must be an absolute URI",
        "send the whole address, such as https://person.openid.example.org",
        right='"actor": {"openid": "https://ada.openid.example.org"}',
        wrong='"actor": {"openid": "ada"}',
    ),
    Rule(
        "account-required",
        "2.4.2.4.s2.table1",
        "an account must have a homePage and a name",
        "send both: the address of the system and the user's id on it",
        right='"actor": {"account": {"homePage": "https://lms.example.org", "name": "4711"}}',
        wrong='"actor": {"account": {"name": "4711"}}',
    ),
    Rule(
        "team-group",
        "2.4.6.s3.table1.row3",
        "a team must be a Group",
        'set objectType to "Group"',
        right='"context": {"team": {"objectType": "Group", "mbox": "mailto:team@example.org"}}',
        wrong='"context": {"team": {"mbox": "mailto:ada@example.org"}}',
    ),
    Rule(
        "authority-kind",
        "2.4.9.s3.b1",
        "an authority must be an Agent, or a Group of exactly two Agents without an identifier (OAuth)",
        "leave authority out; the receiver sets it",
        right='"authority": {"mbox": "mailto:ada@example.org"}',
        wrong=(
            '"authority": {"objectType": "Group", '
            '"member": [{"account": {"homePage": "https://lms.example.org/token", '
            '"name": "consumer"}}]}'
        ),
    ),
    Rule(
        "authority-consumer-account",
        "2.4.9.s7.b1, 2.4.9.s7.b2",
        "one of the two Agents of an authority must be the OAuth consumer, identified by an account",
        "leave authority out; the receiver sets it",
        right=(
            '"authority": {"objectType": "Group", '
            '"member": [{"account": {"homePage": "https://lms.example.org/token", '
            '"name": "consumer"}}, {"mbox": "mailto:ada@example.org"}]}'
        ),
        wrong=(
            '"authority": {"objectType": "Group", "member": [{"mbox": "mailto:lms@example.org"}, '
            '{"mbox": "mailto:ada@example.org"}]}'
        ),
    ),
)
