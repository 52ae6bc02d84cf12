"""The log of a space: everything that is told to anybody is read from it, by a cursor."""
