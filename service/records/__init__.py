"""The records themselves: every write, its conflicts and merges, and what a record once was."""
