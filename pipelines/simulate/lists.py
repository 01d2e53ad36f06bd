"""Names to draw from: people, subjects with their skills, topics of interest."""

from typing import Final, NamedTuple

_GIVEN = """
Amara Noah Yuki Lucía Omar Freya Kwame Ines Mateo Aisha Jonas Linh Tomás Zainab Elif Marek Priya
Anton Chloé Diego Hana Ivo Jamila Kofi Leila Milan Nia Oskar Paloma Quinn Rania Sven Tariq Uma
Viktor Wanjiru Ximena Yusuf Zoë Arjun Bea Cem Dalia Emeka Farah Giulia Hugo Ilse Jae Karim Lena Mei
Nadia Otis Petra Rafael Saoirse Tuan Vera Wei Ada Bruno Célia Dmitri Esi Finn Greta Hamza Ida
Joaquín
"""
_FAMILY = """
Okafor Lindqvist Tanaka Moreno Haddad Novak Mensah Silva Romero Rahman Weber Nguyen Herrera Bello
Yilmaz Kowalski Nair Petrov Laurent Castro Kimura Horvat Osei Farouk Jovanović Abara Berg Delgado
Murphy Saleh Larsen Aziz Desai Ivanov Kamau Ríos Demir Dubois Sharma Costa Arslan Mansour Eze Karimi
Ricci Fischer Jansen Park Hassan Schulz Chen Popescu Brown Dvořák Duarte Ahmed Byrne Pham Conti
Zhang Lovelace Marchetti Sokolov Asante Walsh Keller Siddiqui Nilsson Ortega Vargas
"""
GIVEN_NAMES: Final = tuple(_GIVEN.split())
FAMILY_NAMES: Final = tuple(_FAMILY.split())
# What students may be interested in; material carries one of them.
TOPICS: Final = ("sport", "music", "space", "nature", "games", "history", "food", "technology")
# In what form an assignment lets students show what they know; its name says which.
FORMS: Final = ("essay", "project", "video")


class SchoolSubject(NamedTuple):
    """A subject taught and the skills in it, easy ones first."""

    name: str
    skills: tuple[str, ...]


SUBJECTS: Final = (
    SchoolSubject(
        "Mathematics",
        (
            "Number line",
            "Fractions",
            "Decimals",
            "Percentages",
            "Ratios",
            "Linear expressions",
            "Linear equations",
            "Functions",
            "Quadratic equations",
            "Probability",
        ),
    ),
    SchoolSubject(
        "Biology",
        (
            "Cell structure",
            "Cell membranes",
            "Enzymes",
            "Photosynthesis",
            "Respiration",
            "Cell division",
            "Inheritance",
            "Evolution",
            "Ecosystems",
            "Homeostasis",
        ),
    ),
    SchoolSubject(
        "Programming",
        (
            "Values and types",
            "Variables",
            "Conditions",
            "Loops",
            "Procedures",
            "Lists",
            "Dictionaries",
            "Recursion",
            "Classes",
            "Testing",
        ),
    ),
    SchoolSubject(
        "Statistics",
        (
            "Reading charts",
            "Mean and median",
            "Spread",
            "Sampling",
            "Normal distribution",
            "Correlation",
            "Confidence intervals",
            "Hypothesis tests",
            "Regression",
            "Bias and causes",
        ),
    ),
)
