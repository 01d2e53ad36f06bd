-- What the school says its platforms' words mean; the package's presets stand in the package (schemas/vocabularies).
-- grain: position, form, from_id, to_id, on_type, within_type
-- columns:
--   position     number of the rule; of those of a form the first that fits counts
--   vocabulary   school
--   form         type, category, verb, lift, whole, drop, other, extension or course; preset names a preset in use
--   from_id      IRI as sent: of a type, verb or extension; of category and course how ids begin, NULL where to_id is a
--                course; of preset its name, NULL where none is in use
--   to_id        IRI that is meant; of lift the type of the parent, as sent; of course the course; NULL of drop, other
--   on_type      of verb: type of the object, as sent; NULL for any
--   within_type  of verb: type of an activity in the context, as sent; NULL for any
--   platform     of type and verb: context.platform of the statement; NULL for any
--   cut          of verb: part of the object's id that is left out, a regular expression
--   matching     of type: regular expression for the activity's id; NULL for any
CREATE TABLE IF NOT EXISTS landing.vocabulary (
    "position" INTEGER NOT NULL,
    vocabulary VARCHAR NOT NULL,
    form VARCHAR NOT NULL,
    from_id VARCHAR,
    to_id VARCHAR,
    on_type VARCHAR,
    within_type VARCHAR,
    platform VARCHAR,
    cut VARCHAR,
    matching VARCHAR
);
