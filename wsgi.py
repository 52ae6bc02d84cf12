"""The WSGI application, as gunicorn loads it."""

import os

from service.app import create_app
from service.backbone import open_backbone
from service.core.settings import load_settings

app = create_app(open_backbone(load_settings(os.environ)))
