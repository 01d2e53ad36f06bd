"""Who the pseudonyms are: names, identifiers, consent; a database apart from the warehouse, with rights of its own."""
