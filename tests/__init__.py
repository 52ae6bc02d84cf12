"""The tests mirror the code: ``service/core/db.py`` is tested by ``tests/core/test_db.py``."""
