#!/bin/sh
# The parts of Kubernetes 1.20 for `make chart-drill`, built of Debian bookworm's source package into a folder.
# Needs root's apt-get and the package golang-go of bookworm (Go 1.19); takes ten minutes and 5 GB while it works.
set -eu
[ $# = 1 ] || { echo "usage: kubernetes.sh FOLDER" >&2; exit 2; }
mkdir -p "$1"
target=$(realpath "$1")
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"

mkdir -p lists/partial cache/archives/partial
cat > debian.sources <<'SOURCES'
Types: deb-src
URIs: http://deb.debian.org/debian
Suites: bookworm
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
SOURCES
own="-o Dir::Etc::sourceparts=/dev/null -o Dir::Etc::sourcelist=$work/debian.sources -o Dir::State::lists=$work/lists
     -o Dir::Cache=$work/cache -o APT::Sandbox::User=root"
apt-get $own --quiet --quiet update
apt-get $own --quiet --quiet source --download-only kubernetes

export GOPATH="$work/go" GOCACHE="$work/compiled" GO111MODULE=off CGO_ENABLED=0
mkdir -p "$GOPATH/src/k8s.io"
tar --extract --file "$(echo kubernetes_*.orig.tar.gz)" --directory "$GOPATH/src/k8s.io"
mv "$GOPATH"/src/k8s.io/kubernetes-* "$GOPATH/src/k8s.io/kubernetes"
cd "$GOPATH/src/k8s.io/kubernetes"

# What Debian builds (kubectl) does not need this generated file; the API server does.
go build -o "$work/openapi-gen" k8s.io/kubernetes/vendor/k8s.io/kube-openapi/cmd/openapi-gen
inputs=$(grep -rl --include='*.go' '+k8s:openapi-gen=' pkg staging/src/k8s.io/apimachinery staging/src/k8s.io/api \
           staging/src/k8s.io/component-base staging/src/k8s.io/apiextensions-apiserver staging/src/k8s.io/kube-aggregator \
           staging/src/k8s.io/metrics staging/src/k8s.io/kubelet \
         | xargs -n 1 dirname | sort -u | sed 's#^staging/src/#vendor/#; s#^#-i k8s.io/kubernetes/#')
"$work/openapi-gen" -O zz_generated.openapi --go-header-file hack/boilerplate/boilerplate.generatego.txt $inputs \
  -p k8s.io/kubernetes/pkg/generated/openapi -r "$work/report"

version=$(ls "$work" | sed -n 's/^kubernetes_.*+really\([0-9.]*\)\.orig\.tar.*$/v\1/p')
say="-X k8s.io/kubernetes/vendor/k8s.io/component-base/version.gitVersion=$version"
for part in kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy; do
  go build -ldflags "$say" -o "$target/" "k8s.io/kubernetes/cmd/$part"
done
ls "$target"
