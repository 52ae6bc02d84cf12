"""What people and platforms start: ``dev.py`` to develop, the Procfile's words to run."""
