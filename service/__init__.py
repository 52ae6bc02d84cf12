"""Syncline: one log, many cursors.

The rooms, from the roof down. Each may use those below it, and never those above it nor its
sibling (``|``: two that stand side by side):

    app         the web application: mounts the routes
    backbone  | builds everything that works, once
    tables    | names everything that is kept
    imports     files into records, by a job
    lists     | records in an order of one's own, along declared indexes
    sync      | delta pull and push
    jobs      | long work: leases, checkpoints, artifacts
    records   | the records themselves: write, merge, read, revisions
    spaces      spaces, members with roles and realms, collections
    changes     the log of a space: append(), epoch, head, floor
    events      wake-ups that may be lost
    auth      | who is calling (API keys), and the one table of what a caller may do
    audit     | what was done, written in the transaction that did it
    http        the grammar that every route speaks: strict input, problems, documents
    server      the process that listens
    core        settings, database, errors, keys, clocks; knows no feature

Inside a room: ``routes`` (how to run a verb now) over verbs over ``store`` over ``tables``.
Workers, beside the service, are how to run a verb later.
"""
