-- Who was named in which role by the context of somebody else's statements: as the instructor, or by xAPI 2.0's agents
-- and groups with types; of a group its members.
-- grain: student_key, role
-- scope: mention
-- columns:
--   student_key    who was named
--   role           the end of the role's IRI in small letters; instructor where context.instructor names them
--   first_told_at  earliest statement that does
WITH listed AS (
    SELECT
        student_key AS teller_key,
        unnest(list_transform(
            list_concat(
                from_json(coalesce(context_agents, '[]'), '["JSON"]'),
                from_json(coalesce(context_groups, '[]'), '["JSON"]')
            ),
            LAMBDA entry: {
                'agent': json_extract(entry, '$.agent'),
                'members': json_extract(entry, '$.group'),
                'types': from_json(json_extract(entry, '$.relevantTypes'), '["VARCHAR"]')
            }
        )) AS entry,
        occurred_at
    FROM staging.stg_statement
    WHERE context_agents IS NOT NULL OR context_groups IS NOT NULL
),

told AS (
    SELECT
        student_key AS teller_key,
        'instructor' AS role,
        instructor AS agent,
        occurred_at
    FROM staging.stg_statement
    WHERE instructor IS NOT NULL
    UNION ALL
    SELECT
        teller_key,
        lower(regexp_extract(unnest(entry.types), '([^/#]+)/?$', 1)),
        coalesce(entry.agent, entry.members),
        occurred_at
    FROM listed
),

-- The same few agents come again and again: each is taken apart once.
agents AS (
    SELECT
        teller_key,
        role,
        agent,
        min(occurred_at) AS first_told_at
    FROM told
    GROUP BY ALL
),

members AS (
    SELECT
        teller_key,
        role,
        first_told_at,
        unnest(list_concat(
            [from_json(
                agent,
                '{"objectType": "VARCHAR", "account": {"homePage": "VARCHAR", "name": "VARCHAR"}, "mbox": "VARCHAR",
                "mbox_sha1sum": "VARCHAR", "openid": "VARCHAR"}'
            )],
            from_json(
                coalesce(json_extract(agent, '$.member'), '[]'),
                '[{"objectType": "VARCHAR", "account": {"homePage": "VARCHAR", "name": "VARCHAR"}, "mbox": "VARCHAR",
                "mbox_sha1sum": "VARCHAR", "openid": "VARCHAR"}]'
            )
        )) AS actor
    FROM agents
),

keyed AS (
    SELECT
        student_key(actor) AS identifier_key,
        teller_key,
        role,
        first_told_at
    FROM members
)

SELECT
    person_key(coalesce(person.student_key, keyed.identifier_key)) AS student_key,
    keyed.role,
    min(keyed.first_told_at) AS first_told_at
FROM keyed
LEFT JOIN landing.person ON keyed.identifier_key = person.identifier_key
WHERE
    keyed.identifier_key IS NOT NULL
    AND keyed.role <> ''
    -- Who names nobody else learns by themselves.
    AND person_key(coalesce(person.student_key, keyed.identifier_key)) IS DISTINCT FROM keyed.teller_key
GROUP BY ALL
