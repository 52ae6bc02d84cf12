"""The Celery application, as ``celery -A celery_app worker`` loads it."""

import os

from service.core.settings import load_settings
from workers.broker import make_celery

app = make_celery(load_settings(os.environ))
