"""The embedded engine's own users file, beside the roles that a server has."""

import re
import xml.etree.ElementTree as ET
from importlib.resources import files

import pytest

from otel_training.config import Settings
from otel_training.folder import DataFolder, make_folder
from otel_training.serving.users import read_or_make_users
from otel_training.store.deployment import Deployment, read_roles, role_settings

STORE = files("otel_training.store")
USERS = ET.fromstring((STORE / "users.xml").read_text(encoding="utf-8"))  # noqa: S314 - our own file
SHOWN = "SHOW DATABASES ON *.*, SHOW TABLES, SHOW COLUMNS ON system.*"


def words(text: str) -> list[str]:
    """Split a statement into what it is made of."""
    return re.findall(r"\w+|[^\s\w]", re.sub(r"--.*", "", text))


@pytest.mark.parametrize("name", ["reader", "writer"])
def test_grants_are_those_of_the_servers_role(name: str) -> None:
    """Named one by one, so that a new column is read by nobody until it is granted in both."""
    role = f"otel_training_{name}"
    (granted,) = [text for text in read_roles(Deployment()) if "GRANT" in text and role in text]
    grant = re.sub(r" ON (\w+)", r" ON otel_training.\1", granted.replace(f"TO {role}", ""))

    grants = [query.text or "" for query in USERS.iterfind(f"roles/{role}/grants/query")]
    assert [words(f"GRANT {SHOWN}"), words(grant)] == [words(text) for text in grants]


@pytest.mark.parametrize("name", ["default", "reader", "writer"])
def test_what_a_role_sets_is_its_bound(name: str, folder: DataFolder) -> None:
    """Nobody sets it higher, nor to 0, which is no bound."""
    user = read_or_make_users(Settings(), make_folder(folder))[0][name]
    profile = {setting.tag: setting for setting in USERS.iterfind(f"profiles/{user.role}/*")}
    bounds = {bound.tag: (bound.findtext("min"), bound.findtext("max")) for bound in profile["constraints"]}
    bounded = {setting: value for setting, value in user.settings.items() if value not in {"0", "1"}}

    assert user.settings == {tag: profile[tag].text for tag in profile if tag not in {"constraints", "profile"}}
    # Clients of their own ask for the time that they would wait: Grafana for 64 s.
    bounded["max_execution_time"] = "3600" if name == "default" else "600"
    assert {setting: ("1", value) for setting, value in bounded.items()} == bounds
    assert name == "default" or role_settings(name).items() <= user.settings.items()
