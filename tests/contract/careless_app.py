"""The product with a defect, planted for a test to find: one view forgets to ask who is reading.

CARELESS_VIEW names the view; to whoever has any key it answers what it answers to OWNERS_KEY.
"""

import os
from functools import wraps
from typing import Any

from flask import current_app, request

from service.app import create_app
from service.backbone import open_backbone
from service.core.settings import load_settings

app = create_app(open_backbone(load_settings(os.environ)))
view = app.view_functions[os.environ["CARELESS_VIEW"]]


@wraps(view)
def careless(**ids: str) -> Any:
    """Answer anybody who is somebody."""
    current_app.extensions["syncline"].schemes.authenticate(request)
    request.environ["HTTP_AUTHORIZATION"] = f"Bearer {os.environ['OWNERS_KEY']}"
    return view(**ids)


app.view_functions[os.environ["CARELESS_VIEW"]] = careless
