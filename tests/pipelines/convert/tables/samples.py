"""Small tables as platforms export them, written for these tests."""

from typing import Any

from learnloom.pipelines.convert.format import FormatFactory, Options
from learnloom.pipelines.convert.tables.platforms import (
    Assistments,
    CanvasQuiz,
    GoogleForms,
    MoodleGrades,
    MoodleQuiz,
)
from learnloom.pipelines.convert.tables.table_format import TableFormat

HOME = "https://lms.school.example"
MAPPING: dict[str, Any] = {
    "columns": {
        "student": "Student",
        "item": "Question",
        "correct": "Right",
        "score": "Points",
        "max": "Of",
        "at": "When",
        "duration": "Seconds",
        "skill": "Skill",
        "course": "Course",
        "response": "Answer",
    }
}
ANSWERS = (
    b"Student,Question,Right,Points,Of,When,Seconds,Skill,Course,Answer\r\n"
    b"mila,q1,yes,2,2,2026-09-07T10:00:00,18.5,Fractions,maths,b\r\n"
    b'mila,q2,no,0.5,2,2026-09-07T10:01:00+00:00,,Fractions,maths,"3,5"\r\n'
    b'ben,q1,0.5,,,2026-09-07 10:00:00,9,,maths,"two\nlines"\r\n'
    b"ben,q3,,,,2026-09-07 10:00:00,9,,maths,\r\n"
    b"ben,q2,perhaps,,,2026-09-07 10:00:00,9,,maths,a\r\n"
)

CANVAS = (
    b"name,id,sis_id,section,section_id,section_sis_id,submitted,attempt,"
    b'"101: What is 2 + 2?",1.0,"102: What is 2 + 2?",2.5,n correct,n incorrect,score\n'
    b"Mila L,7,s7,A,1,x,2026-09-07 10:00:00 UTC,1,4,1.0,5,0.0,1,1,1.0\n"
    b"Ben K,8,s8,A,1,x,2026-09-07 10:05:00 UTC,1,4,1.0,4,2.5,2,0,3.5\n"
)
MOODLE_GRADES_REPORT = (
    b'"Last name","First name","ID number","Email address",Status,Started,Completed,Duration,"Grade/10.00",'
    b'"Q. 1 /4.00","Q. 2 /6.00"\n'
    b'L,Mila,s7,mila@school.example,Finished,"7 September 2026 10:00 AM","7 September 2026 10:09 AM",'
    b'"9 mins 3 secs",7.00,4.00,3.00\n'
    b'K,Ben,,ben@school.example,Finished,"7 September 2026 10:00 AM","7 September 2026 10:10 AM",'
    b'"10 mins",4.00,4.00,-\n'
    b'M,Ada,s9,ada@school.example,"In progress","7 September 2026 10:00 AM",-,-,-,-,-\n'
)
MOODLE_RESPONSES = (
    b'Nachname,Vorname,ID-Nummer,E-Mail-Adresse,Status,"Begonnen am",Beendet,"Verbrauchte Zeit","Bewertung/10,00",'
    b'"Antwort 1","Richtige Antwort 1","Antwort 2","Richtige Antwort 2"\n'
    b'L,Mila,s7,mila@school.example,Beendet,"7. September 2026, 10:00","7. Oktober 2026, 10:09","9 Minuten","5,00",'
    b"vier,vier,-,acht\n"
)
MOODLE_BOOK = (
    b'"First name","Last name","ID number",Institution,Department,"Email address","Quiz: Fractions (Real)",'
    b'"Quiz: Fractions (Percentage)","Assignment: Essay: a poem (Percentage)","Course total (Real)",'
    b'"Last downloaded from this course"\n'
    b'Mila,L,s7,,,mila@school.example,8.00,"80.00 %","55.50 %",63.00,1788775200\n'
    b"Ben,K,s8,,,ben@school.example,-,-,-,-,1788775200\n"
)
GOOGLE = (
    b'Timestamp,Username,"Total score","What is 2 + 2?","What is 2 + 2? [Score]","What is 2 + 2? [Feedback]"\n'
    b'"2026/09/07 2:05:33 pm GMT+2",mila@school.example,"1.00 / 1",4,"1.00 / 1","Well done"\n'
    b'"2026/09/07 2:06:00 pm GMT+2",ben@school.example,"0.00 / 1",5,"0.00 / 1",\n'
)
ASSISTMENTS = (
    b"order_id,assignment_id,user_id,assistment_id,problem_id,original,correct,attempt_count,ms_first_response,"
    b"answer_type,sequence_id,student_class_id,skill_id,skill_name,hint_count,answer_text\n"
    b"33022537,277618,64525,33139,51424,1,1,1,32454,algebra,5948,13241,1_9,Box Plot_Mean,0,26\n"
    b"33022709,277618,64525,33150,51435,1,0,1,4922,algebra,5948,13241,1,Box Plot,2,55\n"
)

PLATFORMS: dict[str, tuple[FormatFactory, Options, bytes]] = {
    "csv": (TableFormat, Options(home_page=HOME, time_zone="Europe/Berlin", table=MAPPING), ANSWERS),
    "canvas-quiz": (CanvasQuiz, Options(home_page=HOME), CANVAS),
    "moodle-quiz": (
        MoodleQuiz,
        Options(home_page=HOME, quiz=f"{HOME}/mod/quiz/view.php?id=5", time_zone="Europe/Berlin"),
        MOODLE_GRADES_REPORT,
    ),
    "moodle-responses": (
        MoodleQuiz,
        Options(home_page=HOME, quiz=f"{HOME}/mod/quiz/view.php?id=6", time_zone="Europe/Berlin"),
        MOODLE_RESPONSES,
    ),
    "moodle-grades": (
        MoodleGrades,
        Options(home_page=HOME, course=f"{HOME}/course/view.php?id=2"),
        MOODLE_BOOK,
    ),
    "google-forms": (GoogleForms, Options(home_page=HOME, quiz=f"{HOME}/forms/1"), GOOGLE),
    "assistments": (Assistments, Options(), ASSISTMENTS),
}
