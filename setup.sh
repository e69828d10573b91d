#!/bin/sh
# From a clone to a result, on a bare Debian 12 or newer (Ubuntu 24.04 too):
#
#   sh setup.sh demo      installs what the build needs, builds build/release/leat, runs a pipeline over a 100 MB log
#   sh setup.sh test      the same for the tests: builds build/dev, runs every test
#   sh setup.sh package   the same for the Debian package, in build/package
#
# Only what is missing is installed. Where apt is not at hand: install the packages it names by their names
# there, then `cmake --workflow --preset demo`.
set -eu
cd -- "$(dirname -- "$0")"

build='g++ cmake ninja-build pkg-config libcli11-dev capnproto libcapnp-dev libuv1-dev libyaml-cpp-dev
  libvalijson-dev libtomlplusplus-dev libsimdjson-dev libfmt-dev libpcre2-dev libzstd-dev libcurl4-openssl-dev
  libssl-dev libsqlite3-dev zlib1g-dev'
tests='libgtest-dev libbenchmark-dev bats jq miller python3 python3-msgpack python3-cbor2
  python3-cryptography
  python3-prometheus-client openssl socat sqlite3 zstd zsh fish'
debian='dpkg-dev file'

want=${1-}
case $want in
  demo) packages=$build ;;
  test) packages="$build $tests" ;;
  package) packages="$build $debian" ;;
  *) echo "usage: sh setup.sh demo|test|package" >&2; exit 2 ;;
esac

give_up() {
  echo "setup: $1, then run: cmake --workflow --preset $want" >&2
  echo "$2" | tr -s ' \n' ' ' >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else give_up 'this needs root and there is no sudo: install as root' "$missing"
  fi
}

command -v apt-get >/dev/null || give_up 'no apt-get here: install (by their Debian names)' "$packages"

missing=
for package in $packages; do
  dpkg-query -Wf '${Status}\n' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
if [ "$missing" ]; then
  echo "setup: installing$missing" >&2
  # A foreign source that does not answer must not stop us: the install below says what is really missing.
  as_root apt-get update -qq || echo 'setup: apt-get update had errors; going on' >&2
  # shellcheck disable=SC2086 # a list of names
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing >/dev/null
fi

exec cmake --workflow --preset "$want"
