#!/bin/sh
# SPDX-License-Identifier: MIT
# What the virtual Pi needs of this machine: install what is missing where we may, else say how.
set -eu
PATH="$PATH:/usr/sbin:/sbin:/usr/local/sbin"
if [ "$(id -u)" != 0 ]; then
    echo "The virtual Pi needs root: an image of Debian for another processor is made with chroot. sudo make test-virtual-pi" >&2
    exit 1
fi
missing=
command -v qemu-system-aarch64 >/dev/null || missing="$missing qemu-system-arm"
command -v qemu-img >/dev/null || missing="$missing qemu-utils"
command -v fdtput >/dev/null || missing="$missing device-tree-compiler"
command -v mke2fs >/dev/null && command -v debugfs >/dev/null || missing="$missing e2fsprogs"
command -v mcopy >/dev/null || missing="$missing mtools"
command -v ssh-keygen >/dev/null || missing="$missing openssh-client"
command -v setpriv >/dev/null || missing="$missing util-linux"
command -v dpkg-deb >/dev/null || missing="$missing dpkg"
[ -n "$missing" ] || exit 0
if command -v apt-get >/dev/null; then
    apt-get update --quiet --quiet
    # shellcheck disable=SC2086
    exec env DEBIAN_FRONTEND=noninteractive apt-get install --quiet --quiet --yes --no-install-recommends $missing
fi
echo "The virtual Pi needs$missing (Debian's names): install them with your system's packages." >&2
exit 1
