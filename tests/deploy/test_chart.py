"""The chart makes what Kubernetes takes, with least rights, for each of the sets of values beside it."""

import json
import os
import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from tests.documents import ROOT, page

pytestmark = [pytest.mark.containers, pytest.mark.slow]

_CHART = ROOT / "deploy/helm/learnloom"
_VALUES = sorted(path.name for path in (_CHART / "ci").glob("*.yaml"))
_KUBERNETES = "1.31.0"
_SCHEMAS = "LEARNLOOM_KUBERNETES_SCHEMAS"
"""A folder with the schemas of Kubernetes, where kubeconform can download none."""


def _rendered(helm: str, *options: str) -> list[dict[str, Any]]:
    ran = subprocess.run(
        [helm, "template", "school", str(_CHART), "--kube-version", _KUBERNETES, *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return [made for made in yaml.safe_load_all(ran.stdout) if made is not None]


def _pods(made: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The specification of each pod, by the name of who makes it."""
    return {
        one["metadata"]["name"]: one["spec"] if one["kind"] == "Pod" else one["spec"]["template"]["spec"]
        for one in made
        if one["kind"] in {"Deployment", "Pod"}
    }


@pytest.mark.parametrize("values", _VALUES)
def test_every_pod_has_least_rights_and_its_limits(helm: str, values: str) -> None:
    """No root, nothing to write but its volumes, no token of the cluster, memory bounded, and probes where it stays."""
    pods = _pods(_rendered(helm, "--values", str(_CHART / "ci" / values)))
    assert pods
    for name, pod in pods.items():
        assert pod["securityContext"]["runAsNonRoot"], name
        assert pod["automountServiceAccountToken"] is False
        (container,) = pod["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert "memory" in container["resources"]["limits"], name
        mounted = {mount["name"] for mount in container["volumeMounts"]}
        assert mounted == {volume["name"] for volume in pod["volumes"]}
        assert pod.get("restartPolicy") == "Never" or "livenessProbe" in container, name
        # A secret is in a file, or comes by name from a secret of the cluster's.
        for variable in container["env"]:
            if variable["name"].endswith("_FILE") and "HEARTBEAT" not in variable["name"]:
                assert variable["value"].startswith("/secrets/"), variable
            elif re.search("PASSWORD$|SECRET|TOKEN$|CATALOG$", variable["name"]):
                assert "valueFrom" in variable, variable


@pytest.mark.parametrize("values", _VALUES)
def test_services_and_budgets_lead_to_pods(helm: str, values: str) -> None:
    """What selects pods selects those of one deployment, and names a port that they have."""
    made = _rendered(helm, "--values", str(_CHART / "ci" / values))
    pods = [one["spec"]["template"] for one in made if one["kind"] == "Deployment"]
    for one in made:
        if one["kind"] not in {"Service", "PodDisruptionBudget"}:
            continue
        selector = one["spec"]["selector"].get("matchLabels", one["spec"]["selector"])
        (pod,) = [each for each in pods if selector.items() <= each["metadata"]["labels"].items()]
        for port in one["spec"].get("ports", []):
            assert port["targetPort"] in {each["name"] for each in pod["spec"]["containers"][0]["ports"]}


def test_values_that_cannot_be_used_are_refused(helm: str) -> None:
    """A mistyped name, a wrong prefix and a secret among the settings are named before anything is made."""
    for wrong, named in {
        "consumer.replica=2": "replica",
        "data.path=/srv": "data/path",
        "settings.LEARNLOOM_API_TOKEN=hush": "LEARNLOOM_API_TOKEN",
        "api.enabled=true": r"api\.existingSecret",
        "pages.enabled=true": r"pages\.address",
        "pages.address=http://school.example": "pages/address",
    }.items():
        ran = subprocess.run(
            [helm, "template", str(_CHART), "--kube-version", _KUBERNETES, "--set", wrong],
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode != 0, wrong
        assert re.search(named, ran.stderr), ran.stderr


def test_kubernetes_takes_what_is_made(helm: str) -> None:
    """By kubeconform, with the schemas of Kubernetes itself; kinds of others' operators are left out."""
    kubeconform = shutil.which("kubeconform")
    if kubeconform is None:
        pytest.skip("no command kubeconform")
    folder = os.environ.get(_SCHEMAS)
    places = ["-schema-location", f"{folder}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json"] if folder else []
    for values in _VALUES:
        made = _rendered(helm, "--values", str(_CHART / "ci" / values))
        ran = subprocess.run(
            [kubeconform, "-strict", "-kubernetes-version", _KUBERNETES, "-ignore-missing-schemas", *places],
            input=yaml.safe_dump_all(made),
            capture_output=True,
            text=True,
            check=False,
        )
        if "could not download" in ran.stdout + ran.stderr or "failed downloading" in ran.stdout + ran.stderr:
            pytest.skip("the schemas of Kubernetes are out of reach")
        assert ran.returncode == 0, ran.stdout + ran.stderr


def test_tokens_of_the_interface_come_from_its_secret(helm: str) -> None:
    """The token of tools that speak for students alone is read where the secret is said to have it, and only there."""
    wanted = {
        "api_token": "/secrets/api/api_token",
        "api_student_token": "/secrets/api/api_student_token",
    }
    for given, names in (("true", list(wanted)), ("false", ["api_token"])):
        told = _environment(
            helm, "api", "--set", f"api.enabled=true,api.existingSecret=s,api.studentToken={given}"
        )
        files = {name: told.get(f"LEARNLOOM_{name.upper()}_FILE") for name in wanted}
        assert files == {name: path if name in names else None for name, path in wanted.items()}


def test_the_lag_of_the_store_is_told(helm: str) -> None:
    """Figures are of the topics that are landed, that of the store among them, under the name that it has."""
    told = "LEARNLOOM_FLOWS__TOPICS"
    assert _environment(helm, "metrics")[told] == '["xapi","learnloom.lrs"]'
    assert _environment(helm, "metrics", "--set", "lrs.enabled=false")[told] == '["xapi"]'
    named = _environment(helm, "metrics", "--set", "settings.LEARNLOOM_LRS__TOPIC=http")
    assert named[told] == '["xapi","http"]'


def _environment(helm: str, part: str, *options: str) -> dict[str, Any]:
    """The variables of a part's container."""
    (container,) = _pods(_rendered(helm, *options))[f"school-{part}"]["containers"]
    return {each["name"]: each.get("value") for each in container["env"]}


def test_the_chart_is_of_this_version(helm: str) -> None:
    """Chart and application bear the version of the package, and the rules are those of the folder `alerts`."""
    (version,) = re.findall(r'^version = "(.*)"$', page("pyproject.toml"), re.MULTILINE)
    chart = yaml.safe_load((_CHART / "Chart.yaml").read_text(encoding="utf-8"))
    assert (chart["version"], chart["appVersion"]) == (version, version)
    made = _rendered(helm, "--set", "metrics.rules.enabled=true")
    (rules,) = [one["spec"] for one in made if one["kind"] == "PrometheusRule"]
    assert rules == yaml.safe_load(page("alerts/learnloom.rules.yml"))


@pytest.mark.parametrize(
    ("options", "volume"),
    [
        ((), {"emptyDir": {}}),
        (
            ("--set", "data.volume.existingClaim=shared"),
            {"persistentVolumeClaim": {"claimName": "shared"}},
        ),
    ],
)
def test_a_claim_is_shared_also_where_the_data_lie_on_a_store(
    helm: str, options: tuple[str, ...], volume: dict[str, Any]
) -> None:
    """Attachments and receipts are files: with a named claim all pods see them, and a backup has them."""
    made = _rendered(helm, "--values", str(_CHART / "ci" / "object-store.yaml"), *options)
    found = [
        each for pod in _pods(made).values() for each in pod.get("volumes", []) if each["name"] == "warehouse"
    ]
    assert found
    assert all(each == {"name": "warehouse", **volume} for each in found)
    assert not [each for each in made if each["kind"] == "PersistentVolumeClaim"]


def test_a_pod_restores_as_the_how_to_says(helm: str) -> None:
    """The command of the how-to makes of the deployment of `serve` a pod that restores once, with the same rights."""
    (program,) = re.findall(
        r"^jq --arg backup \S+ '([^']+)' serve.json", page("docs/how-to/kubernetes.md"), re.MULTILINE
    )
    (serve,) = [
        one
        for one in _rendered(helm, "--values", str(_CHART / "ci" / "object-store.yaml"))
        if one["metadata"]["name"] == "school-serve" and one["kind"] == "Deployment"
    ]
    ran = subprocess.run(
        [_jq(), "--arg", "backup", "s3://safe/", program],
        input=json.dumps(serve),
        capture_output=True,
        text=True,
        check=True,
    )
    made, pod = json.loads(ran.stdout), serve["spec"]["template"]["spec"]
    assert made["kind"] == "Pod"
    (container,) = pod["containers"]
    restoring = {name: value for name, value in container.items() if not name.endswith("Probe")}
    assert made["spec"] == {
        **pod,
        "restartPolicy": "Never",
        "containers": [{**restoring, "args": ["restore", "s3://safe/"]}],
    }


def _jq() -> str:
    return shutil.which("jq") or pytest.skip("there is no jq")
