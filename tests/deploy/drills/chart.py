"""``make chart-drill KUBERNETES=FOLDER``: the chart's manifests on a Kubernetes of one node (``cluster.py``).

Rendered by the real Helm with the bundled Valkey. The Kubernetes that can be had from Debian is 1.20, so two things are
said in its words: the budget is ``policy/v1beta1``, and the sleep before a pod stops is a command instead of ``sleep``.
There is no network plugin (policies are taken, not enforced), no DNS (Valkey is named by its address), no admission by
the restricted profile, and no ingress.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.deploy.charts import manifests
from tests.deploy.drills import office
from tests.deploy.drills.cluster import RUNTIME, Cluster, programs
from tests.deploy.drills.compose import OFFICE
from tests.deploy.drills.engine import IMAGE, NEEDS, built, engine
from tests.deploy.drills.ground import ROOT, Sight, conducted, confined, run, wait

PASSWORD = "0123456789abcdef"
ACL = re.findall(
    r"^user default off\nuser odevents .*$", (ROOT / "docs/how-to/deploy-kubernetes.md").read_text(), re.M
)[0]
PARTS = ("web", "worker", "scheduler", "console")
ALL_NEEDS = {**NEEDS, "etcd": "etcd-server", "kubectl": "kubernetes-client", "conntrack": "conntrack"}


class Release:
    """The chart, installed.

    :ivar values: what it was rendered with last.
    """

    def __init__(self, cluster: Cluster, sight: Sight) -> None:
        self.cluster = cluster
        self.sight = sight
        self.values: dict[str, Any] = {}

    def upgrade(self, toml: str) -> None:
        """What ``helm upgrade`` does: have all manifests."""
        self.values = {
            "secretName": "clinic-secrets", "config": {"toml": toml},
            "redis": {"bundled": {"enabled": True, "storageClass": "drill", "storage": "1Gi"}},
        }  # fmt: skip
        self.cluster.apply(*(in_older_words(manifest) for manifest in manifests(self.values)))

    def secret(self, **entries: str) -> None:
        """Have these entries in the Secret, beside those that are there."""
        data = {name: base64.b64encode(text.encode()).decode() for name, text in entries.items()}
        self.cluster.kubectl("patch", "secret", "clinic-secrets", "--patch", json.dumps({"data": data}))

    def rolled_out(self, *parts: str, within: float = 180) -> str:
        """Wait until all pods of these parts are new and ready; what kubectl said."""
        said = [self.cluster.kubectl("rollout", "status", f"deploy/clinic-{part}", f"--timeout={within:.0f}s",
                                     check=False, within=within + 20) for part in parts]  # fmt: skip
        return " ".join(said)

    def pods(self, part: str) -> list[dict[str, Any]]:
        """The pods of a part."""
        of_part = f"--selector=app.kubernetes.io/component={part}"
        found: list[dict[str, Any]] = self.cluster.got("pods", of_part)["items"]
        return found

    def ready(self, part: str) -> set[str]:
        """Names of the pods of a part that are ready, and not about to end."""
        return {
            pod["metadata"]["name"]
            for pod in self.pods(part)
            if "deletionTimestamp" not in pod["metadata"]
            and any((told["type"], told["status"]) == ("Ready", "True") for told in pod["status"]["conditions"])
        }

    def python(self, part: str, program: str) -> str:
        """A few lines of Python in a running pod."""
        return self.cluster.kubectl("exec", f"deploy/clinic-{part}", f"--container={part}", "--",
                                    "python", "-c", program, check=False)  # fmt: skip

    def odevents(self, *arguments: str) -> str:
        """A command in the worker, as the page runs it."""
        return self.cluster.kubectl("exec", "deploy/clinic-worker", "--", "odevents", *arguments, check=False)

    def address(self) -> str:
        """Of the service in front of the web pods."""
        return str(self.cluster.got("service", "clinic-web")["spec"]["clusterIP"])

    def sender(self, key: str, pattern: str) -> list[str]:
        """The command that sends to the service."""
        program = [sys.executable, "-m", "tests.deploy.drills.office", "80", key, pattern, self.address()]
        return [*self.cluster.made.within.into("net"), *program]

    def sent(self, pattern: str, key: str = office.KEY) -> str:
        """Send a version of an appointment; status and answer."""
        return run(*self.sender(key, pattern), check=False).strip()

    def under_load(self, change: Callable[[], object]) -> dict[str, int]:
        """Send steadily while something happens; how often it was answered what."""
        load = subprocess.Popen(self.sender(office.KEY, "steadily"), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        time.sleep(2)
        change()
        time.sleep(2)
        answers: dict[str, int] = json.loads(load.communicate()[0])
        return answers


def in_older_words(manifest: dict[str, Any]) -> dict[str, Any]:
    """What 1.20 does not know yet."""
    if manifest["kind"] == "PodDisruptionBudget":
        manifest["apiVersion"] = "policy/v1beta1"
    for container in manifest.get("spec", {}).get("template", {}).get("spec", {}).get("containers", []):
        for moment in container.get("lifecycle", {}).values():
            if "sleep" in moment:
                seconds = moment.pop("sleep")["seconds"]
                moment["exec"] = {"command": ["python", "-c", f"import time; time.sleep({seconds})"]}
    return manifest


def drill(cluster: Cluster, sight: Sight) -> None:
    """Install, look, change."""
    built(cluster.made)
    cluster.start()
    version = cluster.got("--raw", "/version")
    sight.seen("a Kubernetes is there, and its node is ready", True, f"{version['gitVersion']} {version['goVersion']}")
    release = Release(cluster, sight)
    toml = installed(release)
    for look in (pods, deliveries, restart_under_load, kept, new_key):
        look(release)
    changed(release, toml)
    ended_in_time(release)


def installed(release: Release) -> str:
    """A volume, the Secret, the office, the chart; the odevents.toml it was given."""
    cluster, sight = release.cluster, release.sight
    disk = cluster.folder / "disk"
    disk.mkdir()
    os.chown(disk, 999, 999)
    cluster.made.docker("run", "--detach", "--name=office", "--entrypoint=python", IMAGE, "-c", OFFICE)
    where = cluster.made.inspected("office")["NetworkSettings"]["IPAddress"]  # type: ignore[index]
    toml = office.CONFIGURATION.format(base_url=f"http://{where}:30222/api/v1")
    cluster.kubectl("create", "namespace", "dental")
    volume = {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": str(disk)},
              "storageClassName": "drill"}  # fmt: skip
    cluster.apply({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "disk"}, "spec": volume})
    keys = {f"ODEVENTS_{name}": run("openssl", "rand", "-base64", "32") for name in ("SEALING_KEYS", "IDENTITY_KEY")}
    acl = ACL.replace("PASSWORD", PASSWORD) + "\n"
    literals = {"OD_DEVELOPER_KEY": office.DEVELOPER_KEY, "OD_KEY_SOUTHSIDE": office.KEY, "redis.acl": acl,
                "REDIS_URL": "redis://nobody.invalid:6379/0", **keys}  # fmt: skip
    cluster.kubectl("create", "secret", "generic", "clinic-secrets",
                    *(f"--from-literal={name}={value}" for name, value in literals.items()))  # fmt: skip
    release.upgrade(toml)
    said = cluster.kubectl("rollout", "status", "statefulset/clinic-redis", "--timeout=120s", check=False)
    sight.seen("the bundled Valkey is ready on its volume", "complete" in said or "1 pods at revision" in said, said)
    store = release.pods("redis")[0]["status"]["podIP"]
    release.secret(REDIS_URL=f"redis://odevents:{PASSWORD}@{store}:6379/0")
    for part in PARTS:
        cluster.kubectl("rollout", "restart", f"deploy/clinic-{part}")
    said = release.rolled_out(*PARTS)
    sight.seen("all pods are ready", said.count("successfully rolled out") == len(PARTS), said)
    return toml


def pods(release: Release) -> None:
    """What each may, as the kernel has it, and what web is given."""
    for part in PARTS:
        status = release.python(part, "print(open('/proc/1/status').read())")
        told = f"{part}: uid 10001, no capability, no new privileges, filtered system calls"
        release.sight.seen(told, confined(status, "10001"))
    given = release.python("web", "import os; print([n for n in os.listdir('/run/secrets/odevents') if n[0] != '.'])")
    release.sight.seen("web is given the store's address, no key", given.strip() == "['REDIS_URL']", given)
    wrote = release.python("web", "open('/opt/odevents/x', 'w')")
    release.sight.seen("its own files cannot be changed", "Read-only file system" in wrote)
    token = release.python("worker", "import os; print(os.path.exists('/var/run/secrets/kubernetes.io'))")
    release.sight.seen("no pod is given a token of the cluster", token.strip() == "False", token)
    budget = release.cluster.got("poddisruptionbudget", "clinic-web")["status"]
    release.sight.seen("the budget lets one web pod go and keeps one", budget.get("disruptionsAllowed") == 1)


def deliveries(release: Release) -> None:
    """By the service, to what would have been written."""
    sight = release.sight
    wrong = release.sent("/X/", "not-the-key")
    sight.seen("a delivery with a wrong key is refused", wrong.startswith("401"), wrong)
    for pattern in ("/X/", "//XX//"):
        held = office.understood(release.sent(pattern), lambda: release.odevents("deliveries", "list"))
        sight.seen("a delivery is answered 200 and understood", held)
    said = release.odevents("reactions", "writes")
    sight.seen("its reaction is recorded, and not carried out: dry-run", "dry-run" in said, said.splitlines()[-1])


def restart_under_load(release: Release) -> None:
    """New web pods, then new workers, while deliveries come."""

    def restart(part: str) -> str:
        release.cluster.kubectl("rollout", "restart", f"deploy/clinic-{part}")
        return release.rolled_out(part)

    for part in ("web", "worker"):
        answers = release.under_load(lambda part=part: restart(part))  # type: ignore[misc]
        release.sight.seen(f"a rolling restart of {part} under load: every delivery is answered 200",
                           set(answers) == {"200"} and answers["200"] > 50, answers)  # fmt: skip


def kept(release: Release) -> None:
    """All of that is understood in the end."""
    waiting = "?"
    for _ in range(60):
        listed = json.loads(release.odevents("deliveries", "list", "--json", "--limit", "20000"))
        entries = listed if isinstance(listed, list) else listed["deliveries"]
        waiting = str(sum(entry["status"] == "waiting" for entry in entries))
        if waiting == "0":
            break
        time.sleep(1)
    broken = [entry for entry in entries if entry["status"] != "processed"]
    release.sight.seen("everything that was answered 200 has been understood", not broken, f"{len(entries)} deliveries")


def new_key(release: Release) -> None:
    """A changed entry of the Secret, and what the page says to do."""
    release.secret(OD_KEY_SOUTHSIDE=office.NEXT_KEY)
    started = time.monotonic()
    read = "print(open('/run/secrets/odevents/OD_KEY_SOUTHSIDE').read())"
    while office.NEXT_KEY not in release.python("worker", read) and time.monotonic() < started + 150:
        time.sleep(2)
    took = time.monotonic() - started
    logs = [*release.cluster.made.within.into("net"), "kubectl", f"--kubeconfig={release.cluster.config}",
            "--namespace=dental", "logs", "deploy/clinic-worker", "--since=30s"]  # fmt: skip
    said = wait(logs, "configuration taken up", within=20)
    release.sight.seen("the worker takes the new key up without a restart", "configuration taken up" in said,
                       f"{took:.0f} s until it was there")  # fmt: skip
    release.cluster.kubectl("rollout", "restart", "deploy/clinic-web")
    release.rolled_out("web")
    new, old = release.sent("/X//", office.NEXT_KEY), release.sent("/X//", office.KEY)
    release.sight.seen("after the restart of web the new key is taken and the old one refused",
                       new.startswith("200") and old.startswith("401"), f"{new[:3]}, {old[:3]}")  # fmt: skip
    release.secret(OD_KEY_SOUTHSIDE=office.KEY)
    time.sleep(90)  # until the kubelet has carried it into the pods
    release.cluster.kubectl("rollout", "restart", "deploy/clinic-web")
    release.rolled_out("web")


def changed(release: Release, toml: str) -> None:
    """A wrong odevents.toml, then a right one."""
    before = release.ready("web")
    release.upgrade(toml.replace("[[reactions]]", "[[reactionz]]"))
    said = release.rolled_out("web", within=25)
    still = release.ready("web")
    broken = [pod for pod in release.pods("web") if "CrashLoopBackOff" in json.dumps(pod) or "Error" in json.dumps(pod)]
    answer = release.sent("/XX")
    release.sight.seen("with a wrong odevents.toml no new web pod becomes ready, and the old ones stay",
                       len(before) == 2 and still == before and broken and answer.startswith("200"),
                       f"{sorted(before)}, {sorted(still)}, {said.splitlines()[-1]}")  # fmt: skip

    def upgrade() -> None:
        release.upgrade(toml.replace("pattern-changed", "pattern-renamed"))
        release.rolled_out("web")

    answers = release.under_load(upgrade)
    release.sight.seen("an upgrade to a right one under load: every delivery is answered 200",
                       set(answers) == {"200"}, answers)  # fmt: skip
    deadline = time.monotonic() + 150
    while "pattern-renamed" not in (said := release.odevents("reactions", "list")) and time.monotonic() < deadline:
        time.sleep(2)
    release.sight.seen("the worker takes it up from the mounted file", "pattern-renamed" in said)


def ended_in_time(release: Release) -> None:
    """Every pod ends by itself before its grace does."""
    for part in PARTS:
        pod = release.pods(part)[0]["metadata"]["name"]
        started = time.monotonic()
        release.cluster.kubectl("delete", "pod", pod, "--wait=true", "--timeout=140s")
        took = time.monotonic() - started
        release.sight.seen(f"{part} ends in time when its pod is deleted", took < 25, f"{took:.1f} s")


def whole(folder: Path, sight: Sight) -> None:
    """Start an engine whose pods the kubelet may start, then the rest."""
    programs()
    runtime = folder / "runtime"
    runtime.write_text(RUNTIME)
    runtime.chmod(0o755)
    with engine(folder, f"--add-runtime=drill={runtime}", "--default-runtime=drill") as made:
        drill(Cluster(made), sight)


if __name__ == "__main__":
    sys.exit(conducted(ALL_NEEDS, whole))
