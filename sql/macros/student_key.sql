-- The key of a student: 16 hex digits of the MD5 of the actor's whole identifier; NULL for a group and where nothing
-- identifies. schemas/xapi/identity.py computes the same for messages that are not landed yet; a test ties the two.
-- actor: struct with objectType, account (homePage, name), mbox, mbox_sha1sum and openid.
CREATE OR REPLACE TEMP MACRO student_key(actor) AS left(
    md5(
        CASE
            WHEN actor.objectType = 'Group' THEN NULL
            WHEN actor.account.name IS NOT NULL
                THEN concat_ws(chr(31), 'account', actor.account.homePage, actor.account.name)
            -- The sum of an address and the address are one identifier (xAPI-Data 2.4.2.3).
            WHEN actor.mbox IS NOT NULL THEN concat_ws(chr(31), 'mbox_sha1sum', sha1(actor.mbox))
            WHEN actor.mbox_sha1sum IS NOT NULL THEN concat_ws(chr(31), 'mbox_sha1sum', lower(actor.mbox_sha1sum))
            WHEN actor.openid IS NOT NULL THEN concat_ws(chr(31), 'openid', actor.openid)
        END
    ),
    16
)
