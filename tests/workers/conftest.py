"""Jobs on each kind of database."""

import pytest

from service.backbone import Backbone
from tests.jobs.builders import Desk


@pytest.fixture
def desk(backbone: Backbone) -> Desk:
    return Desk(backbone)
