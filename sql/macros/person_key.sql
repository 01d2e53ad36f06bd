-- The key of a student, from that of an identifier: HMAC-SHA256 (RFC 2104) with the warehouse's secret, 16 hex digits; in a
-- warehouse without a secret the identifier's key itself. The variables hold the padded secret, in hexadecimal digits.
-- schemas/xapi/identity.py computes the same; a test ties the two.
CREATE OR REPLACE TEMP MACRO person_key(identifier_key) AS
CASE
    WHEN getvariable('student_secret_outer') IS NULL THEN identifier_key
    ELSE left(
        sha256(
            from_hex(getvariable('student_secret_outer'))
            || from_hex(sha256(from_hex(getvariable('student_secret_inner')) || encode(identifier_key)))
        ),
        16
    )
END
