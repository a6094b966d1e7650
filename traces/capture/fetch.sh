#!/bin/bash
# Fetches what a guest is made of from Debian's ppc64el archive: a kernel, busybox, e2fsprogs and, on request,
# fio. Usage: fetch.sh FOLDER [PACKAGE...]; settings: SUITE, FLAVOUR, MIRROR.
#
# apt works in a private root below FOLDER. The machine's own dpkg never hears of the foreign architecture, and
# nothing is installed: the packages are only unpacked, into FOLDER/root.
set -euo pipefail

folder=$(realpath -m "$1")
shift
suite=${SUITE:-trixie}
flavour=${FLAVOUR:-powerpc64le-64k}
mirror=${MIRROR:-http://deb.debian.org/debian}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

apt=$folder/apt
mkdir -p "$apt"/etc/{apt.conf.d,preferences.d,sources.list.d,trusted.gpg.d} \
  "$apt"/{lists,archives}/partial "$folder/root"
: > "$apt/status"
echo "deb [arch=ppc64el signed-by=$keyring] $mirror $suite main" > "$apt/etc/sources.list"
cat > "$apt/apt.conf" << END
APT::Architecture "ppc64el";
APT::Architectures { "ppc64el"; };
APT::Sandbox::User "";
Dir::Etc "$apt/etc";
Dir::State "$apt";
Dir::State::lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache "$apt";
Dir::Cache::archives "$apt/archives";
END
export APT_CONFIG=$apt/apt.conf

apt-get update -q
# The flavour's own package is empty; it depends on the newest kernel, whose dependencies a guest does without.
kernel=$(apt-cache depends "linux-image-$flavour" |
  awk '$1 == "Depends:" && $2 ~ /^linux-image-[0-9]/ { print $2; exit }')
[ -n "$kernel" ] || { echo "fetch.sh: no kernel of flavour $flavour in $suite" >&2; exit 1; }
(cd "$apt/archives" && apt-get download -q "$kernel")
apt-get install -q -y --download-only --no-install-recommends busybox-static e2fsprogs "$@"

for package in "$apt"/archives/*.deb; do
  dpkg -x "$package" "$folder/root"
done
echo "fetched $kernel"
