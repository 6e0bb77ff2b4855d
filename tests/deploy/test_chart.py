"""The chart, rendered by the real Helm and held against the schemas of Kubernetes."""

from __future__ import annotations

import json
from typing import Any

import helm_python
import jsonschema  # type: ignore[import-untyped]
import kubernetes_validate  # type: ignore[import-untyped]
import pytest

from odevents.settings import Settings, variable_of
from tests.deploy.charts import (
    CHART,
    CUSTOM,
    KUBERNETES,
    SMALLEST,
    VALUE_SETS,
    Manifest,
    containers,
    manifests,
    merged,
    pods,
    rendered,
    values,
)
from workers.supervisor import STOP_WITHIN

every_set = pytest.mark.parametrize("name", VALUE_SETS)


@every_set
def test_helm_finds_nothing_wrong(name: str) -> None:
    """Linted strictly, with the values checked against the schema."""
    found = helm_python.lint(CHART, values(name), strict=True)

    assert found["errors"] == []
    assert [message for message in found["messages"] if message["severity"] > 1] == []


@every_set
def test_every_manifest_is_what_kubernetes_takes(name: str) -> None:
    """Nothing misspelt anywhere; kinds of add-ons against the parts of them that we use."""
    for manifest in rendered(name):
        checked(manifest)


def checked(manifest: Manifest) -> None:
    """Raise where a manifest does not fit its schema."""
    if custom := CUSTOM.get((manifest["apiVersion"], manifest["kind"])):
        jsonschema.validate(manifest["spec"], custom)
    else:
        kubernetes_validate.validate(manifest, KUBERNETES, strict=True)


def test_the_check_of_manifests_bites() -> None:
    """The control: a field that does not exist, in a kind of Kubernetes and in one of an add-on."""
    made = {manifest["kind"]: manifest for manifest in manifests(values("autoscaling"))}
    wrong = merged(made["Deployment"], {"spec": {"template": {"spec": {"runAsNonRoot": True}}}})
    with pytest.raises(kubernetes_validate.ValidationError, match="runAsNonRoot"):
        checked(wrong)
    with pytest.raises(jsonschema.ValidationError, match="minReplicas"):
        checked(merged(made["ScaledObject"], {"spec": {"minReplicas": 1}}))


def test_all_optional_parts_are_among_the_sets() -> None:
    """So that what was checked is what there is."""
    kinds = {manifest["kind"] for name in VALUE_SETS for manifest in rendered(name)}

    assert kinds == {
        "ConfigMap", "Deployment", "HorizontalPodAutoscaler", "Ingress", "NetworkPolicy", "PodDisruptionBudget",
        "PrometheusRule", "ScaledObject", "Service", "ServiceAccount", "ServiceMonitor", "StatefulSet",
        "TriggerAuthentication",
    }  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"secretname": "x"},
        {"web": {"replica": 2}},
        {"web": {"ingress": {"hosts": "x"}}},
        {"web": {"resources": {"limit": {}}}},
        {"web": {"resources": {"limits": {"memroy": "1Gi"}}}},
        {"worker": {"keda": {"minReplica": 1}}},
        {"redis": {"bundled": {"storageclass": "x"}}},
        {"network": {"webFrom": [{"namespaceSelector": {"matchLabel": {}}}]}},
        {"monitoring": {"serviceMonitor": {"intervall": "30s"}}},
        {"tolerations": [{"keys": "x"}]},
        {"settings": {"logLevel": "loud"}},
        {"secretName": ""},
        {"stopWithin": {"worker": 60}},
    ],
)
def test_a_misspelt_or_impossible_value_is_refused_at_every_depth(wrong: dict[str, Any]) -> None:
    """By name; the same values without it are the control of every set above."""
    given = merged(SMALLEST, wrong)
    leaf = _deepest(wrong)

    with pytest.raises(helm_python.HelmError) as refused:
        list(manifests(given))
    assert leaf in str(refused.value)


def _deepest(value: Any) -> str:
    if isinstance(value, list):
        return _deepest(value[0])
    name, inner = next(iter(value.items()))
    return _deepest(inner) if inner and isinstance(inner, (dict, list)) else str(name)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"config": {"toml": ""}}, "exactly one of config.toml"),
        ({"config": {"existingSecret": "x"}}, "exactly one of config.toml"),
        ({"monitoring": {"serviceMonitor": {"enabled": True}}}, "console.exposed"),
        ({"web": {"ingress": {"enabled": True, "host": "x.example.org"}}}, "tlsSecretName"),
    ],
)
def test_values_that_do_not_go_together_are_refused_with_what_to_do(wrong: dict[str, Any], said: str) -> None:
    """Instead of being installed without a part."""
    with pytest.raises(helm_python.HelmError, match=said):
        list(manifests(merged(SMALLEST, wrong)))


@every_set
def test_every_pod_is_restricted(name: str) -> None:
    """As the restricted profile of Kubernetes' pod security wants it, and a root file system that cannot be written."""
    for pod in pods(rendered(name)).values():
        assert pod["automountServiceAccountToken"] is False
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()
        security = pod["securityContext"]
        assert security["runAsNonRoot"] is True
        assert security["runAsUser"] > 0
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}
        assert {next(iter(volume.keys() - {"name"})) for volume in pod["volumes"]} <= {
            "configMap", "secret", "emptyDir", "projected",
        }  # fmt: skip
        for container in containers(pod):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert "memory" in container["resources"]["limits"]


@every_set
def test_nothing_secret_is_in_an_environment(name: str) -> None:
    """Secrets are files; what stands in an environment is a setting that is none, spelt as it is known."""
    secret = {"redis_url", "sealing_keys", "identity_key", "receiver_index", "path_secret"}
    known = {variable_of(field) for field in Settings.model_fields if field not in secret}
    known |= {"ODEVENTS_RECEIVER_INDEX_FILE"}
    for component, pod in pods(rendered(name)).items():
        for container in containers(pod):
            assert "envFrom" not in container
            env = container.get("env", [])
            assert all(entry.keys() == {"name", "value"} for entry in env)
            assert {entry["name"] for entry in env} <= known, component


def test_the_public_side_is_given_neither_keys_nor_configuration() -> None:
    """Its index is made before it starts, by a container that ends; what it mounts itself is the store's address."""
    web = pods(rendered("everything"))["web"]
    serving = web["containers"][0]
    mounted = {mount["name"] for mount in serving["volumeMounts"]}
    given = next(volume for volume in web["volumes"] if volume["name"] == "web-secrets")["projected"]["sources"]

    assert mounted == {"index", "web-secrets", "tmp"}
    assert [item["key"] for source in given for item in source["secret"]["items"]] == [
        "REDIS_URL",
        "ODEVENTS_PATH_SECRET",
    ]
    assert "secrets" in {mount["name"] for mount in web["initContainers"][0]["volumeMounts"]}


def test_a_pod_has_longer_to_stop_than_its_processes_take() -> None:
    """Else what they have in hand is cut off."""
    made = pods(rendered("smallest"))

    assert made["worker"]["terminationGracePeriodSeconds"] > STOP_WITHIN
    assert made["worker"]["terminationGracePeriodSeconds"] > Settings.model_fields["handler_seconds"].default
    preparing = made["web"]["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert made["web"]["terminationGracePeriodSeconds"] > preparing + 20


def test_nothing_may_be_reached_but_what_is_named() -> None:
    """One policy denies everything to and from all pods; the others allow, and only web and the console are reached."""
    made = {m["metadata"]["name"]: m["spec"] for m in rendered("everything") if m["kind"] == "NetworkPolicy"}

    denying = made.pop("clinic-nothing-else")
    assert denying["policyTypes"] == ["Ingress", "Egress"]
    assert not {"ingress", "egress"} & denying.keys()
    assert {name for name, spec in made.items() if "ingress" in spec} == {
        "clinic-web",
        "clinic-console",
        "clinic-redis",
    }
    ports = [port["port"] for rule in made["clinic-web"]["egress"] for port in rule["ports"]]
    assert ports == [53, 53, 6379], "web calls no office"


def test_a_changed_file_makes_new_web_pods_and_leaves_the_others_to_take_it_up() -> None:
    """Workers, scheduler and console read the mounted file themselves."""

    def templates(toml: str) -> dict[str, str]:
        made = manifests(merged(SMALLEST, {"config": {"toml": toml}}))
        return {m["metadata"]["name"]: json.dumps(m["spec"]["template"]) for m in made if m["kind"] == "Deployment"}

    before, after = templates("a = 1\n"), templates("a = 2\n")
    assert {name for name in before if before[name] != after[name]} == {"clinic-web"}


def test_the_rules_are_those_of_the_repository() -> None:
    """A chart reads only its own files, so it has a copy."""
    original = CHART.parent / "deploy" / "prometheus" / "odevents-rules.yaml"

    assert (CHART / "files" / "odevents-rules.yaml").read_text() == original.read_text(), (
        "cp deploy/prometheus/odevents-rules.yaml helm/files/"
    )
