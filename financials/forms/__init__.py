"""Reading addresses and posted forms of the money pages, by topic."""
