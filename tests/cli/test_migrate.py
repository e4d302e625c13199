"""migrate: every session of one store in another as it was, between all three engines, as often as wanted."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fluxlit_component.codec import encode
from fluxlit_component.errors import StoreUnavailable
from fluxlit_component.identifier import fingerprint, stored_key
from fluxlit_component.state.record import Change, Commit, Record
from fluxlit_component.stores.cipher import Cipher
from fluxlit_component.stores.sqlite import SQLiteSessionStore

ROUNDING = 0.002


def assert_same(one: Record | None, other: Record | None) -> None:
    """Same fields, versions and schema; the same moments, to the millisecond that Redis keeps."""
    assert one is not None
    assert other is not None
    assert (one.version, one.schema, one.fields) == (other.version, other.schema, other.fields)
    for name in ("created", "idle_expires", "expires"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), abs=ROUNDING)


@pytest.mark.parametrize("engines", ["sqlite redis", "redis postgresql", "postgresql sqlite"])
def test_every_session_arrives(
    run: Callable[..., Any],
    opened: Callable[[str], Any],
    fill: Callable[..., str],
    url_of: Callable[[str], str],
    engines: str,
) -> None:
    """Records arrive whole, destroyed sessions stay destroyed, expired ones stay behind, open tabs go on."""
    origin, target = map(url_of, engines.split())
    source = opened(origin)
    living = [fill(source, number=number, text="x" * number) for number in range(30)]
    store_wide = {"hidden": Change(None, base=1), "text": Change(encode(b"\x00"), base=1)}
    source.commit(living[0], Commit(store_wide, idle_seconds=60, schema=3))
    source.touch(living[1], idle_seconds=None)
    destroyed, expired = fill(source, a=1), fill(source, idle_seconds=0.05, a=1)
    source.delete(destroyed)
    time.sleep(0.1)
    done = run("migrate", "--store", origin, "--to", target, "--json").json
    counts = {name: done[name] for name in ("copied", "already_there", "destroyed", "expired")}
    assert counts == {"copied": 30, "already_there": 0, "destroyed": 1, "expired": 1}
    there = opened(target)
    for sid in living:
        assert_same(there.load(sid), source.load(sid))
    assert there.load(expired) is None
    too_late = Commit({"a": Change(encode(9))}, create=True)
    assert there.commit(destroyed, too_late).verdict == "destroyed"
    following = there.commit(living[0], Commit({"number": Change(encode(7), base=1)}, idle_seconds=60))
    assert (following.version, following.overwritten) == (3, frozenset())

    late = fill(source, number=30)
    again = run("migrate", "--store", origin, "--to", target, "--json").json
    assert (again["copied"], again["already_there"]) == (1, 30)
    assert there.get(late) == {"number": 30}
    assert there.get(living[0])["number"] == 7
    text = run("migrate", "--store", origin, "--to", target).stdout
    assert re.search(r"already there +31", text)


def test_sealed_values_arrive_sealed(
    run: Callable[..., Any],
    opened: Callable[[str], Any],
    fill: Callable[..., str],
    url_of: Callable[[str], str],
) -> None:
    """Sealed values are carried as they are, and open at their new place."""
    origin, target = url_of("sqlite"), url_of("redis")
    source = opened(origin)
    sid = fill(source, a=1)
    cipher = Cipher(sid, {1: b"x" * 16})
    sealed = Change(cipher.seal("a", encode("hunter2")), base=1)
    source.commit(sid, Commit({"a": sealed}, idle_seconds=3600))
    run("migrate", "--store", origin, "--to", target)
    arrived = opened(target).load(sid).fields["a"].data
    assert arrived == sealed.data
    assert cipher.open("a", arrived) == encode("hunter2")
    shown = run("show", fingerprint(sid), "--store", target, "--values").stdout
    assert "sealed with master key 1" in shown
    assert "hunter2" not in shown


def test_target_that_fails_midway(
    run: Callable[..., Any],
    opened: Callable[[str], Any],
    fill: Callable[..., str],
    url_of: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """When the target goes away midway, it is said how far it came; run again, it is finished."""
    origin, target = url_of("redis"), url_of("sqlite")
    source = opened(origin)
    sids = [fill(source, a=number) for number in range(20)]
    place, calls = SQLiteSessionStore.place, []

    def fail_later(self: SQLiteSessionStore, name: str, record: Record) -> bool:
        calls.append(name)
        if len(calls) > 5:
            raise StoreUnavailable("disk full")
        return place(self, name, record)

    with monkeypatch.context() as patch:
        patch.setattr(SQLiteSessionStore, "place", fail_later)
        stopped = run("migrate", "--store", origin, "--to", target, code=1).stderr
    assert "5 sessions were looked at; run the command again" in stopped
    assert "disk full" in stopped
    done = run("migrate", "--store", origin, "--to", target, "--json").json
    assert (done["copied"], done["already_there"]) == (15, 5)
    there = opened(target)
    assert [there.get(sid) for sid in sids] == [{"a": number} for number in range(20)]


def test_other_sessions_keep_their_place(
    run: Callable[..., Any],
    opened: Callable[[str], Any],
    fill: Callable[..., str],
    url_of: Callable[[str], str],
) -> None:
    """What is in the target already stays; a session begun there under the same name is not overwritten."""
    origin, target = url_of("sqlite"), url_of("redis")
    source, there = opened(origin), opened(target)
    sid, own = fill(source, a=1), fill(there, b=2)
    record = source.load(sid)
    there.place(stored_key(sid), replace(record, created=record.created - 5))
    there.commit(sid, Commit({"a": Change(encode("newer"), base=1)}, idle_seconds=60))
    done = run("migrate", "--store", origin, "--to", target, "--json").json
    assert (done["copied"], done["already_there"]) == (0, 1)
    assert (there.get(sid), there.get(own)) == ({"a": "newer"}, {"b": 2})


def test_misuse(run: Callable[..., Any], url_of: Callable[[str], str], tmp_path: Path) -> None:
    """A store is not copied onto itself; a source that is not there is not made; a target is named."""
    url = url_of("sqlite")
    assert "no session file" in run("migrate", "--store", url, "--to", url_of("sqlite"), code=1).stderr
    assert not list(tmp_path.glob("*.db"))
    assert "same store" in run("migrate", "--store", url, "--to", url, code=2).stderr
    relative = f"sqlite:///{os.path.relpath(url.removeprefix('sqlite:///'))}"
    assert "same store" in run("migrate", "--store", url, "--to", relative, code=2).stderr
    run("migrate", "--store", url, code=2)


def test_a_real_process(
    opened: Callable[[str], Any], fill: Callable[..., str], url_of: Callable[[str], str], tmp_path: Path
) -> None:
    """The installed command does it from a shell: JSON alone on standard output, exit codes as promised."""
    command = Path(sys.executable).with_name("fluxlit-session")
    origin, target = url_of("sqlite"), url_of("redis")
    fill(opened(origin), a=1)

    def shell(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(command), *arguments], capture_output=True, text=True, check=False, cwd=tmp_path, timeout=60
        )

    done = shell("migrate", "--store", origin, "--to", target, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["copied"] == 1
    missing = shell("list")
    assert (missing.returncode, missing.stdout) == (1, "")
    assert missing.stderr.startswith("there is no session file")
    assert shell("list", "--store", "nonsense").returncode == 2
