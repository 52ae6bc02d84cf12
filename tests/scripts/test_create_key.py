import pytest

from scripts import create_key
from service.auth.principal import Principal
from service.backbone import Backbone
from tests.auth.test_scheme import Sent


@pytest.fixture(autouse=True)
def user_id(backbone: Backbone, monkeypatch: pytest.MonkeyPatch) -> str:
    """The script runs in the installation of the test, which has a user."""
    monkeypatch.setattr(create_key, "settings_or_exit", lambda: backbone.settings)
    return backbone.bootstrap.by_shell("ada@example.org", None).user.id


def caller_with(backbone: Backbone, printed: str) -> Principal:
    text = printed.rsplit(maxsplit=1)[-1]
    return backbone.schemes.authenticate(Sent({"Authorization": f"Bearer {text}"}))


def test_it_prints_a_key_with_every_scope(
    backbone: Backbone, user_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    create_key.main(["ada@example.org"])

    caller = caller_with(backbone, capsys.readouterr().out)
    assert (caller.user_id, caller.scopes) == (user_id, frozenset({"admin"}))


def test_scopes_and_days_can_be_said(
    backbone: Backbone, user_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    create_key.main([user_id, "--scope", "records:read", "--days", "7", "--name", "till"])

    caller = caller_with(backbone, capsys.readouterr().out)
    made = backbone.keys.get(Principal(user_id, "", frozenset({"admin"}), "admin"), caller.key_id)
    assert caller.scopes == {"records:read"}
    assert made.name == "till"
    assert made.expires_at is not None


def test_for_a_user_who_is_not_there_it_says_so() -> None:
    with pytest.raises(SystemExit, match=r"no user nobody@example\.org; there are: ada@"):
        create_key.main(["nobody@example.org"])


@pytest.mark.parametrize("days", ["0", "-1", "99999999999", "soon"])
def test_a_key_lives_for_some_days_or_for_ever(
    days: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        create_key.main(["ada@example.org", "--days", days])
    assert "--days" in capsys.readouterr().err
