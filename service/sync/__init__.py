"""Keeping a client's working copy in step: it pulls what changed for it, and pushes what it did.

The client holds its whole position in a signed cursor; the server keeps nothing for it.
"""
