"""The files of docs/deploy: valid by their schemas, and what they say fits what there is.

Some of them are used for real: `e2e/handshake/test_deployed.py`.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from streamlit import config

from fluxlit_component.cli.checks.store import judge_engine
from fluxlit_component.settings import Settings
from fluxlit_component.stores.redis import RedisSessionStore
from tests.deploy.files import COMPOSE, DEPLOY, KUBERNETES, ROOT, command_of, served_with
from tests.servers import running
from tests.servers.local_redis import LocalRedis

SCHEMA = json.loads(Path(__file__).with_name("kubernetes-1.34.schema.json").read_text("utf-8"))
WORKFLOWS = ROOT / ".github" / "workflows"
STARTED_BY = ("app.service", "Dockerfile")
BY_KIND: dict[str, Any] = {part["kind"]: part for part in KUBERNETES}
TEMPLATE = BY_KIND["Deployment"]["spec"]["template"]
(CONTAINER,) = TEMPLATE["spec"]["containers"]


def test_the_compose_file_is_valid() -> None:
    """By the Compose specification."""
    pytest.importorskip("check_jsonschema", reason="needs check-jsonschema")
    schema = ("--builtin-schema", "vendor.compose-spec")
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", *schema, DEPLOY / "compose.yaml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("part", KUBERNETES, ids=lambda part: part["kind"])
def test_the_manifests_are_valid(part: dict[str, Any]) -> None:
    """By the schema of Kubernetes, which knows every field: a wrong one is found."""
    validator = jsonschema.Draft202012Validator(SCHEMA)
    validator.validate(part)
    assert not validator.is_valid({**part, "spec": {**part["spec"], "replikas": 2}})


def test_the_manifests_fit_together() -> None:
    """Selectors find the pods, ports are there, and the drain is shorter than the grace period."""
    labels = TEMPLATE["metadata"]["labels"]
    for kind in ("Deployment", "PodDisruptionBudget"):
        assert BY_KIND[kind]["spec"]["selector"]["matchLabels"].items() <= labels.items()
    service = BY_KIND["Service"]["spec"]
    assert service["selector"].items() <= labels.items()
    ports = {port["name"] for port in CONTAINER["ports"]}
    assert {port["targetPort"] for port in service["ports"]} <= ports
    path = dict(zip(served_with("Dockerfile")[::2], served_with("Dockerfile")[1::2], strict=True))
    for probe in ("readinessProbe", "startupProbe", "livenessProbe"):
        assert CONTAINER[probe]["httpGet"]["port"] in ports
        assert CONTAINER[probe]["httpGet"]["path"] == f"/{path['--server.baseUrlPath']}/_stcore/health"
    drain = int(CONTAINER["lifecycle"]["preStop"]["exec"]["command"][1])
    assert drain < TEMPLATE["spec"]["terminationGracePeriodSeconds"]


def test_nothing_asks_for_affinity() -> None:
    """F5 may land on any replica."""
    assert BY_KIND["Service"]["spec"]["sessionAffinity"] == "None"
    told = [name for name in BY_KIND["Ingress"]["metadata"]["annotations"] if "affinity" in name]
    assert told == []
    assert "ip_hash" not in (DEPLOY / "nginx.conf").read_text("utf-8")


def test_their_variables_are_settings() -> None:
    """Every FLUXLIT_ variable that a file sets is read by the package."""
    found: set[str] = set()
    for file in DEPLOY.iterdir():
        found.update(re.findall(r"FLUXLIT_\w+", file.read_text("utf-8")))
    assert found
    assert found <= {f"FLUXLIT_{name.upper()}" for name in Settings.__dataclass_fields__}


def test_their_commands_are_understood() -> None:
    """Unit and image start the app alike, by options that this Streamlit has."""
    served = {name: served_with(name) for name in STARTED_BY}
    assert served["app.service"] == served["Dockerfile"]
    for name in STARTED_BY:
        program, command, script, *options = command_of(name)
        assert (Path(program).name, command, script) == ("fluxlit-session", "run", "app.py")
        for option in options[::2]:
            assert config.get_options_for_section(option.removeprefix("--").partition(".")[0])
            config.get_option(option.removeprefix("--"))


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    """As `systemd-analyze verify` says, for a program that is there."""
    text = (DEPLOY / "app.service").read_text("utf-8")
    unit = tmp_path / "app.service"
    unit.write_text(text.replace(command_of("app.service")[0], sys.executable), "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--recursive-errors=no", unit],
        capture_output=True,
        text=True,
        check=False,
    )
    said = [line for line in done.stderr.splitlines() if "app.service" in line]
    assert said == [], done.stderr


def test_the_redis_of_the_compose_file_is_sound() -> None:
    """It keeps what it has on disk and evicts nothing: the doctor has nothing to say."""
    pytest.importorskip("redis")
    command = COMPOSE["services"]["redis"]["command"].split()
    for server in running(LocalRedis, *command[1:]):
        with_url = RedisSessionStore.from_url(server.url)
        assert {finding.level for finding in judge_engine(with_url.describe())} == {"ok"}
        assert with_url._server.client.info("persistence")["aof_enabled"] == 1
        with_url.close()


def test_the_workflows_fit_the_package() -> None:
    """They run targets of the Makefile, on the Pythons that the package says it supports."""
    targets = re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    pythons = re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text("utf-8"))
    workflows = {file.stem: yaml.safe_load(file.read_text("utf-8")) for file in WORKFLOWS.iterdir()}
    assert workflows["test"]["jobs"]["test"]["strategy"]["matrix"]["python"] == pythons
    said = [
        step.get("run", "")
        for flow in workflows.values()
        for job in flow["jobs"].values()
        for step in job.get("steps", ())
    ]
    made = re.findall(r"\bmake (?:\w+=\S+ )?([a-z-]+)", "\n".join(said))
    assert {"test", "build"} <= set(made) <= set(targets)


def test_each_file_is_on_the_page() -> None:
    """docs/deploy.md says what it is for."""
    page = (ROOT / "docs" / "deploy.md").read_text("utf-8")
    assert [file.name for file in DEPLOY.iterdir() if f"(deploy/{file.name})" not in page] == []
