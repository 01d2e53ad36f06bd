-- What followed each draw whether a signal is said or withheld: 14 days before and after the day of the draw
-- (feedback.student_window), where the days after have ended. By intention to treat: what was drawn counts, whether the
-- signal was read or not, or said later.
-- grain: signal_kind, skill_id, drawn_on, student_key
-- scope: read
-- columns:
--   signal_kind            the kind
--   skill_id               the skill it was about; NULL where it was about none
--   drawn_on               day as of which it was drawn, in the school's time zone
--   student_key            the student
--   share                  share of draws that withhold
--   is_withheld            whether nothing of it was said for 14 days, to anybody
--   n_answers_before       answers before, on the skill where there is one
--   share_right_before     share right of them; NULL where there was none
--   above_expected_before  share right less what the learner model expected; NULL where it expected nothing
--   active_days_before     days with a session, whatever it was about
--   active_seconds_before  time on task, whatever it was about
--   n_answers_after        the same, after
--   share_right_after      the same, after
--   above_expected_after   the same, after
--   active_days_after      the same, after
--   active_seconds_after   the same, after
SELECT
    signal_drawn.signal_kind,
    signal_drawn.skill_id,
    signal_drawn.drawn_on,
    signal_drawn.student_key,
    signal_drawn.share,
    signal_drawn.is_withheld,
    student_window.n_answers_before,
    student_window.share_right_before,
    student_window.above_expected_before,
    student_window.active_days_before,
    student_window.active_seconds_before,
    student_window.n_answers_after,
    student_window.share_right_after,
    student_window.above_expected_after,
    student_window.active_days_after,
    student_window.active_seconds_after
FROM feedback.signal_drawn
-- Who was not there before the draw has no row; what was drawn cannot change that.
INNER JOIN feedback.student_window
    ON
        signal_drawn.skill_id IS NOT DISTINCT FROM student_window.skill_id
        AND signal_drawn.drawn_on = student_window.raised_on
        AND signal_drawn.student_key = student_window.student_key
