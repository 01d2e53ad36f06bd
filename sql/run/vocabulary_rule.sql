-- The rules by which other vocabularies than ours are read: the school's own, then those of the presets in use.
-- grain: rule_id
-- scope: reference
-- columns:
--   rule_id      number of the row: a rule has one for each combination of its values
--   position     of the rules of one form that fit, the one with the least position counts
--   vocabulary   where the rule comes from: school, or the name of a preset
--   form         type, category, verb, lift, whole, drop, other, extension or course
--   from_id      IRI as sent: of a type, verb or extension; of category and course how ids begin, NULL where to_id is a
--                course
--   to_id        IRI that is meant; of lift the type of the parent, as sent; of course the course; NULL of drop, other
--   on_type      verb: only on objects of this type, as sent; NULL for all
--   within_type  verb: only where an activity of this type, as sent, stands in the context; NULL for all
--   platform     type, verb: only where context.platform is this; NULL for all
--   cut          verb: the part of the object's id that is left out, a regular expression; NULL for none
--   matching     type: only activities in whose id this regular expression finds something; NULL for all
CREATE TABLE IF NOT EXISTS run.vocabulary_rule (
    rule_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    vocabulary VARCHAR NOT NULL,
    form VARCHAR NOT NULL,
    from_id VARCHAR,
    to_id VARCHAR,
    on_type VARCHAR,
    within_type VARCHAR,
    platform VARCHAR,
    cut VARCHAR,
    matching VARCHAR
)
