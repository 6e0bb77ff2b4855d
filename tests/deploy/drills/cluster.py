"""A Kubernetes of one node, of its real parts: etcd, API server, controllers, scheduler, kubelet and kube-proxy.

The programs are looked for in the folder ``KUBERNETES``. Debian has them as a source package only, in version 1.20,
whose kubelet runs containers by a Docker engine: ``kubernetes.sh`` beside this file builds them.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

from tests.deploy.drills.engine import BASE, Engine
from tests.deploy.drills.ground import Missing, run

PROGRAMS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy")
PAUSE = "pause:drill"
TOKEN = "drill"
NODE = "172.17.0.1"
"""The machine's own address on the engine's bridge, where the pods are."""
RUNTIME = """#!/usr/bin/python3
# Before runc: who may not lower a process's score for the out-of-memory killer starts pods without that.
import json, os, pathlib, sys
arguments = sys.argv[1:]
if "--bundle" in arguments:
    file = pathlib.Path(arguments[arguments.index("--bundle") + 1], "config.json")
    told = json.loads(file.read_text())
    if told["process"].get("oomScoreAdj", 0) < 0:
        told["process"]["oomScoreAdj"] = 0
        file.write_text(json.dumps(told))
os.execvp("runc", ["runc", *arguments])
"""


def programs() -> Path:
    """Where they are. :raises Missing: they are not."""
    folder = Path(os.environ.get("KUBERNETES", "/nowhere"))
    absent = [name for name in PROGRAMS if not (folder / name).exists()]
    if absent:
        raise Missing(f"KUBERNETES must name a folder with {', '.join(absent)};"
                      " tests/deploy/drills/kubernetes.sh FOLDER builds them of Debian's source package")  # fmt: skip
    return folder


class Cluster:
    """The parts, in the engine's namespaces, and what the API server is told."""

    def __init__(self, made: Engine) -> None:
        self.made = made
        self.folder = made.folder / "cluster"
        self.folder.mkdir()
        self.config = self.folder / "kubeconfig"
        self.parts: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Start all parts, one after the other, until the node is ready."""
        where = programs()
        inside = self.made.within.into()
        self.made.docker("build", f"--tag={PAUSE}", "-", stdin=f'FROM {BASE}\nENTRYPOINT ["python", "-c", '
                         '"import signal; signal.sigwait({15})"]\n')  # fmt: skip
        run(*inside, "ip", "route", "add", "default", "dev", "docker0")
        self._files()
        self._part("etcd", "etcd", "--data-dir", f"{self.folder}/etcd")
        flags = {name: self._flags(name) for name in PROGRAMS}
        for name in PROGRAMS:
            self._part(name, str(where / name), *flags[name])
            if name == "kube-apiserver":
                self._until(lambda: "ok" in self.kubectl("get", "--raw", "/readyz", check=False), "the API server")
        self._until(lambda: " Ready " in self.kubectl("get", "nodes", check=False), "the node")

    def kubectl(self, *arguments: str, check: bool = True, stdin: str = "", within: float = 300) -> str:
        """A command of kubectl, in the chart's namespace."""
        return run(*self.made.within.into("net"), "kubectl", f"--kubeconfig={self.config}", "--namespace=dental",
                   *arguments, check=check, stdin=stdin, within=within)  # fmt: skip

    def got(self, *what: str) -> dict[str, Any]:
        """An object, or a list of them."""
        said = self.kubectl("get", *what, *(() if "--raw" in what else ("--output=json",)))
        found: dict[str, Any] = json.JSONDecoder().raw_decode(said[said.index("{") :])[0]  # warnings may come after
        return found

    def apply(self, *objects: dict[str, Any]) -> None:
        """Have these."""
        self.kubectl("apply", "--validate=false", "--filename=-",
                     stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)}))  # fmt: skip

    def _part(self, name: str, *command: str) -> None:
        log = (self.folder / f"{name}.log").open("wb")
        self.parts[name] = subprocess.Popen([*self.made.within.into(), *command], stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL, cwd=self.folder)  # fmt: skip
        log.close()

    def _until(self, happened: Any, what: str, within: float = 120) -> None:
        deadline = time.monotonic() + within
        while not happened():
            ended = [name for name, part in self.parts.items() if part.poll() is not None]
            if ended or time.monotonic() > deadline:
                name = (ended or ["kubelet"])[0]
                tail = (self.folder / f"{name}.log").read_text(errors="replace")[-1500:]
                raise Missing(f"{what} did not become ready; {name} says: {tail}")
            time.sleep(1)

    def _files(self) -> None:
        run("openssl", "genrsa", "-out", f"{self.folder}/accounts.key", "2048")
        (self.folder / "tokens.csv").write_text(f"{TOKEN},admin,admin,system:masters\n")
        cluster = {"server": "https://127.0.0.1:6443", "insecure-skip-tls-verify": True}
        self.config.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "drill",
            "clusters": [{"name": "drill", "cluster": cluster}],
            "users": [{"name": "admin", "user": {"token": TOKEN}}],
            "contexts": [{"name": "drill", "context": {"cluster": "drill", "user": "admin"}}],
        }))  # fmt: skip

    def _flags(self, name: str) -> list[str]:
        key, config = f"{self.folder}/accounts.key", f"--kubeconfig={self.config}"
        match name:
            case "kube-apiserver":
                return ["--etcd-servers=http://127.0.0.1:2379", "--service-cluster-ip-range=10.96.0.0/16",
                        f"--token-auth-file={self.folder}/tokens.csv", "--authorization-mode=AlwaysAllow",
                        "--service-account-issuer=https://kubernetes.default.svc", f"--cert-dir={self.folder}/certs",
                        f"--service-account-key-file={key}", f"--service-account-signing-key-file={key}",
                        f"--advertise-address={NODE}", "--allow-privileged=false",
                        "--kubelet-preferred-address-types=InternalIP"]  # fmt: skip
            case "kube-controller-manager":
                return [config, f"--service-account-private-key-file={key}", "--leader-elect=false"]
            case "kube-scheduler":
                return [config, "--leader-elect=false"]
            case "kubelet":
                return [config, f"--docker-endpoint=unix://{self.made.folder}/engine.sock", f"--node-ip={NODE}",
                        "--hostname-override=node", f"--root-dir={self.folder}/kubelet", "--fail-swap-on=false",
                        f"--cert-dir={self.folder}/kubelet-certs", f"--pod-infra-container-image={PAUSE}",
                        "--cgroups-per-qos=false", "--enforce-node-allocatable=", "--cgroup-driver=cgroupfs",
                        "--authorization-mode=AlwaysAllow", "--anonymous-auth=true", "--cluster-dns=10.96.0.10",
                        "--eviction-hard=nodefs.available<1%", "--image-gc-high-threshold=100"]  # fmt: skip
            case _:
                return [config, "--hostname-override=node", "--conntrack-max-per-core=0", "--proxy-mode=iptables",
                        "--cluster-cidr=172.17.0.0/16"]  # fmt: skip
