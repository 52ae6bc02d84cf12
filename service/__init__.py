"""Syncline: one log, many cursors.

The rooms, from the street up. Each may use the ones below it and never the ones above or beside it:

    core      settings, database, errors, keys, clocks; knows no feature
    server    the process that listens
    http      the grammar that every route speaks: strict input, problems, documents
    auth      who is calling (API keys), and the one table of what a caller may do
    audit     what was done, written in the transaction that did it
    events    wake-ups that may be lost
    changes   the log of a space: append(), epoch, head, floor
    spaces    spaces, members with roles and realms, collections
    records   single records: write, read, revisions
    jobs      long work: leases, checkpoints, artifacts
    lists     records in an order of one's own, along declared indexes
    sync      delta pull and push
    imports   files into records, by a job
    app       puts it together

Inside a room: ``routes`` (how to run a verb now) over verbs over ``store`` over ``tables``.
Workers, beside the service, are how to run a verb later.
"""
