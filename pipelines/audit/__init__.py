"""Who looked at which student, when and through what: a chain that is only ever added to, without names of students."""
