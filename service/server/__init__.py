"""The process that listens: gunicorn's worker, made fair, strict and able to drain."""
