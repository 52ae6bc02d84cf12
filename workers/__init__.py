"""How the service's verbs are run later: Celery tasks, and the dispatcher that hands them out.

A room's ``routes`` module is how to run a verb now; this package is how to run it in a while. It
imports the service, never the other way round, and never reaches HTTP.
"""
