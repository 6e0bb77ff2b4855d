"""Rendering the chart with the real Helm, and what of it the Kubernetes schemas do not know."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import helm_python
import yaml

CHART = Path(__file__).parent.parent.parent / "helm"
KUBERNETES = "1.37"

Values = dict[str, Any]
Manifest = dict[str, Any]

SMALLEST: Values = {"secretName": "clinic-secrets", "config": {"toml": "handlers = []\n"}}

VALUE_SETS: dict[str, Values] = {
    "smallest": {},
    "behind an ingress": {
        "web": {"ingress": {"enabled": True, "host": "events.example.org", "tlsSecretName": "events-tls"}},
        "settings": {"proxies": ["10.42.0.0/16"], "logLevel": "debug"},
    },
    "autoscaling": {
        "web": {"autoscaling": {"enabled": True, "maxReplicas": 4}},
        "worker": {"keda": {"enabled": True, "tls": True}},
    },
    "its own Redis": {
        "redis": {"bundled": {"enabled": True, "storageClass": "fast", "storage": "20Gi"}},
        "worker": {"keda": {"enabled": True}},
    },
    "monitored": {
        "console": {"exposed": True, "proxy": "10.42.0.0/16"},
        "monitoring": {
            "serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
            "rules": {"enabled": True, "labels": {"release": "prometheus"}},
        },
    },
    "configured elsewhere": {
        "config": {"toml": "", "existingSecret": "clinic-config"},
        "console": {"enabled": False},
        "network": {"enabled": False},
        "image": {"digest": "sha256:" + "0" * 64, "pullSecrets": ["registry"]},
    },
    "closed in": {
        "config": {"files": {"our_handlers.py": "import odevents\n"}},
        "network": {
            "webFrom": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress"}}}],
            "redisTo": [{"ipBlock": {"cidr": "10.0.0.7/32"}}],
            "redisPort": 6380,
            "apiTo": [{"ipBlock": {"cidr": "192.168.7.0/24"}}],
            "apiPorts": [443, 30223],
        },
        "settings": {"redisUnverified": True},
        "nodeSelector": {"disk": "ssd"},
        "tolerations": [{"key": "clinic", "operator": "Exists", "effect": "NoSchedule"}],
    },
}
VALUE_SETS["everything"] = {
    **VALUE_SETS["behind an ingress"],
    **VALUE_SETS["its own Redis"],
    **VALUE_SETS["monitored"],
    "web": {**VALUE_SETS["behind an ingress"]["web"], **VALUE_SETS["autoscaling"]["web"]},
}


def values(name: str) -> Values:
    """One of the sets on top of the smallest one."""
    return merged(SMALLEST, VALUE_SETS[name])


def merged(below: Values, above: Values) -> Values:
    """Tables into tables."""
    result = copy.deepcopy(below)
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = merged(result[key], value) if both else copy.deepcopy(value)
    return result


@cache
def rendered(name: str) -> tuple[Manifest, ...]:
    """All manifests of a set of values."""
    return tuple(manifests(values(name)))


def manifests(given: Values) -> Iterator[Manifest]:
    """What Helm makes of these values."""
    for file, text in helm_python.Chart.load(CHART).render(given, name="clinic", namespace="dental").items():
        if not file.endswith("NOTES.txt"):
            yield from (document for document in yaml.safe_load_all(text) if document)


def pods(made: tuple[Manifest, ...]) -> dict[str, Manifest]:
    """The specification of each kind of pod, by the component it is."""
    return {
        manifest["metadata"]["labels"]["app.kubernetes.io/component"]: manifest["spec"]["template"]["spec"]
        for manifest in made
        if "template" in manifest.get("spec", {})
    }


def containers(pod: Manifest) -> list[Manifest]:
    """Those that start it and those that run."""
    return [*pod.get("initContainers", []), *pod["containers"]]


def _only(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


_TEXT = {"type": "string", "minLength": 1}
_TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
_NAMED = _only(["name", "key"], name=_TEXT, key=_TEXT)
_RULE = _only(["expr"], alert=_TEXT, record=_TEXT, expr=_TEXT, labels=_TEXTS, annotations=_TEXTS) | {}
_RULE["properties"] |= {"for": {"type": "string", "pattern": "^[0-9]+(s|m|h|d)$"}, "keep_firing_for": _TEXT}

CUSTOM: dict[tuple[str, str], dict[str, Any]] = {
    ("keda.sh/v1alpha1", "ScaledObject"): _only(
        ["scaleTargetRef", "triggers"],
        scaleTargetRef=_only(["name"], name=_TEXT),
        minReplicaCount={"type": "integer"},
        maxReplicaCount={"type": "integer"},
        triggers={
            "type": "array",
            "items": _only(
                ["type", "metadata"], type=_TEXT, metadata=_TEXTS, authenticationRef=_only(["name"], name=_TEXT)
            ),
        },
    ),
    ("keda.sh/v1alpha1", "TriggerAuthentication"): _only(
        ["secretTargetRef"],
        secretTargetRef={
            "type": "array",
            "items": _only(["parameter", "name", "key"], parameter=_TEXT, name=_TEXT, key=_TEXT),
        },
    ),
    ("monitoring.coreos.com/v1", "ServiceMonitor"): _only(
        ["selector", "endpoints"],
        selector=_only(["matchLabels"], matchLabels=_TEXTS),
        endpoints={
            "type": "array",
            "items": _only(
                ["port"],
                port=_TEXT,
                path=_TEXT,
                interval=_TEXT,
                authorization=_only(["credentials"], credentials=_NAMED),
            ),
        },
    ),
    ("monitoring.coreos.com/v1", "PrometheusRule"): _only(
        ["groups"],
        groups={
            "type": "array",
            "minItems": 1,
            "items": _only(["name", "rules"], name=_TEXT, interval=_TEXT, rules={"type": "array", "items": _RULE}),
        },
    ),
}
"""The parts we use of kinds that clusters only know after KEDA or the Prometheus operator was installed, written after
their published definitions; stricter than those, which take what they do not know."""
