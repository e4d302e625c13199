import pytest
from fluxlit_component.testing import SessionStoreContract
from folder_store import FolderStore


class TestFolderStore(SessionStoreContract):
    @pytest.fixture
    def store(self, tmp_path):
        return FolderStore(tmp_path)
