import hashlib
import json
import os
import time
import uuid
from pathlib import Path


class FolderStore:
    """A JSON file per session."""

    def __init__(self, folder):
        self.folder = Path(folder)

    def _file(self, session_id):
        return self.folder / hashlib.sha256(session_id.encode()).hexdigest()

    def get(self, session_id):
        try:
            ends, data = json.loads(self._file(session_id).read_text())
        except FileNotFoundError:
            return None
        return data if ends is None or time.time() < ends else None

    def set(self, session_id, data, *, ttl_seconds=None):
        seconds = 24 * 3600 if ttl_seconds is None else ttl_seconds
        ends = time.time() + seconds if seconds > 0 else None
        draft = self.folder / uuid.uuid4().hex
        draft.write_text(json.dumps([ends, dict(data)]))
        os.replace(draft, self._file(session_id))

    def delete(self, session_id):
        self._file(session_id).unlink(missing_ok=True)
