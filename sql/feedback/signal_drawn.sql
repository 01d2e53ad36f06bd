-- Every draw whether signals of a kind are said of a student, by the skill that they were about.
-- grain: signal_kind, skill_id, drawn_on, student_key
-- scope: read
-- columns:
--   signal_kind  the kind
--   skill_id     the skill it was about; NULL where it was about none
--   drawn_on     day as of which it was drawn, in the school's time zone
--   student_key  the student, also where it was drawn under another key of theirs
--   share        share of draws that withhold
--   is_withheld  whether nothing of it was said for 14 days, to anybody
SELECT
    draws.signal_kind,
    dim_skill.skill_id,
    draws.drawn_on,
    coalesce(former.student_key, draws.student_key) AS student_key,
    max(draws.share) AS share,
    bool_or(draws.is_withheld) AS is_withheld
FROM feedback.holdout_draw AS draws
LEFT JOIN dimensional.dim_former_key AS former ON draws.student_key = former.former_key
LEFT JOIN dimensional.dim_skill ON draws.subject = dim_skill.skill_id
GROUP BY draws.signal_kind, dim_skill.skill_id, draws.drawn_on, coalesce(former.student_key, draws.student_key)
