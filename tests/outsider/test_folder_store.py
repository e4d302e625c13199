import pytest
from fluxlit_component.testing import SessionStoreContract
from folder_store import FolderStore


class TestFolderStore(SessionStoreContract):
    @pytest.fixture
    def store(self, tmp_path):
        return FolderStore(tmp_path)


def test_an_app_with_it(url_session_apptest, tmp_path):
    tab = url_session_apptest("guests/app.py", store=FolderStore(tmp_path))
    tab.at.text_input(key="name").set_value("Ada").run()
    assert tab.restart_server().reload().at.text_input(key="name").value == "Ada"
    assert tab.store.get(tab.sid)["name"] == "Ada"
