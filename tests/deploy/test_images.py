"""Dockerfile and compose file: what can be read off them. ``make image`` and ``make compose-drill`` run them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

from odevents.store.connection import _WANTED as WANTED_OF_REDIS
from workers.supervisor import STOP_WITHIN

ROOT = Path(__file__).parent.parent.parent


def instructions(text: str) -> list[tuple[str, str]]:
    """Instruction and arguments, continued lines joined."""
    lines = re.sub(r"\\\n\s*", " ", text).splitlines()
    told = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in told]


TOLD = instructions((ROOT / "Dockerfile").read_text())


def final_stage() -> list[tuple[str, str]]:
    """What makes the image."""
    last = max(index for index, (instruction, _) in enumerate(TOLD) if instruction == "FROM")
    return TOLD[last:]


def test_the_image_runs_as_a_number_that_is_not_root_and_without_a_shell() -> None:
    """Kubernetes cannot tell that a name is not root; a shell between would swallow signals."""
    stage = dict(final_stage())

    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", stage["USER"])
    assert json.loads(stage["ENTRYPOINT"]) == ["odevents"]
    assert isinstance(json.loads(stage["CMD"]), list)
    assert [arguments for instruction, arguments in final_stage() if instruction == "COPY"] == [
        "--from=build /opt/odevents /opt/odevents"
    ]


def test_everything_that_is_installed_is_locked_by_hash() -> None:
    """Except our own wheel, which comes from nowhere else; and no secret is baked in."""
    installs = [a for i, a in TOLD if i == "RUN" and "pip install" in a]

    assert all("--require-hashes" in install or "--no-deps --no-index" in install for install in installs)
    assert len(installs) == 3
    variables = " ".join(arguments for instruction, arguments in TOLD if instruction in ("ENV", "ARG"))
    assert not re.search("KEY|URL|SECRET|TOKEN|PASSWORD", variables)


def test_what_is_copied_is_there_and_is_let_in() -> None:
    """By .dockerignore, which keeps everything else out."""
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {name for i, a in TOLD if i == "COPY" and "--from" not in a for name in a.split()[:-1]}

    assert copied == let_in
    assert all((ROOT / name).exists() for name in copied)


COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())


def test_every_container_is_kept_small() -> None:
    """No capability, no new privileges, nothing to write to but what is mounted, no root."""
    for name, service in COMPOSE["services"].items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["read_only"] is True, name
        assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"]), name
        assert not {"privileged", "cap_add", "env_file"} & service.keys(), name


def test_the_server_keeps_what_it_acknowledges_and_is_not_published() -> None:
    """With what odevents refuses to start without, on a volume, in a network that leads nowhere."""
    redis = COMPOSE["services"]["redis"]
    options = dict(zip(redis["command"][1::2], redis["command"][2::2], strict=True))

    assert all(options.get(f"--{setting}") == wanted for setting, wanted, _ in WANTED_OF_REDIS)
    assert "ports" not in redis
    assert redis["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert "redis:/data" in redis["volumes"]


def test_the_public_side_is_given_neither_keys_nor_configuration() -> None:
    """And is published to this machine only, for the proxy that ends TLS; workers stop before they are cut off."""
    web, worker = COMPOSE["services"]["web"], COMPOSE["services"]["worker"]

    assert [volume.split(":")[0] for volume in web["volumes"]] == ["./secrets/REDIS_URL", "index"]
    assert web["ports"] == ["127.0.0.1:8320:8320"]
    assert int(worker["stop_grace_period"].removesuffix("s")) > STOP_WITHIN


def test_the_procfile_starts_what_there_is() -> None:
    """Each line a command; the web process binds every address, as platforms need it, and says who ends TLS."""
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())

    assert lines.keys() == {"web", "worker", "scheduler", "release"}
    assert lines["web"] == "ODEVENTS_HOST=0.0.0.0 ODEVENTS_TLS=proxy odevents serve"
    assert all(" odevents " in f" {line}" for line in lines.values())
