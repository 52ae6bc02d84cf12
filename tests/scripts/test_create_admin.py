import pytest

from scripts import create_admin
from service.auth import key
from service.backbone import Backbone


@pytest.fixture(autouse=True)
def installation(backbone: Backbone, monkeypatch: pytest.MonkeyPatch) -> None:
    """The script runs in the installation of the test."""
    monkeypatch.setattr(create_admin, "settings_or_exit", lambda: backbone.settings)


def test_it_makes_the_first_user_and_prints_the_key(
    backbone: Backbone, capsys: pytest.CaptureFixture[str]
) -> None:
    create_admin.main(["ada@example.org", "--name", "Ada"])

    said = capsys.readouterr().out.split()
    user = backbone.users.find("ada@example.org")
    assert (user.name, user.role) == ("Ada", "admin")
    assert said[:2] == ["user", user.id]
    assert key.check(said[3])


def test_a_second_time_it_says_why_not(capsys: pytest.CaptureFixture[str]) -> None:
    create_admin.main(["ada@example.org"])

    with pytest.raises(SystemExit, match="There is a first user already"):
        create_admin.main(["eve@example.org"])


def test_an_address_has_to_be_one(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        create_admin.main(["ada"])
    assert "ada is not an email address" in capsys.readouterr().err
