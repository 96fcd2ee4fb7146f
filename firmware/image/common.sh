# SPDX-License-Identifier: MIT
# What the steps of the recipe share: where things lie, how they speak, which mirror, what is still fresh.
# Sourced by sh after `here` was set to this folder.

top=$(cd "$here/../.." && pwd)
build=${KNEEMON_BUILD:-$top/build/pi}

say() {
    printf '%s  %s\n' "$(date +%H:%M:%S)" "$*"
}

stop() {
    printf 'image: %s\n' "$*" >&2
    exit 1
}

# Each argument is "command:package"; a path instead of a command is looked for as a file.
need_packages() {
    missing=
    for pair; do
        case $pair in
            /*) [ -e "${pair%%:*}" ] || missing="$missing ${pair#*:}" ;;
            *) command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair#*:}" ;;
        esac
    done
    [ -z "$missing" ] || stop "packages of this machine are missing; install them with: apt-get install$missing"
}

need_root() {
    [ "$(id -u)" -eq 0 ] || stop "this makes files that belong to root, so it must run as root: sudo $0"
}

# The lines for sources.list of SUITE, from the mirrors that this machine's own apt uses.
mirrors() {
    suite=$1 components=$2
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    known=$(apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' | sort -u)
    main=$(printf '%s\n' "$known" | sed -n 's/^Debian|Debian|//p' | head -n 1)
    security=$(printf '%s\n' "$known" | sed -n 's/^Debian|Debian-Security|//p' | head -n 1)
    [ -n "$main" ] || stop "this machine's apt knows no mirror of Debian; run this on Debian, after: apt-get update"
    printf 'deb [signed-by=%s] %s %s %s\n' "$keyring" "$main" "$suite" "$components"
    printf 'deb [signed-by=%s] %s %s-updates %s\n' "$keyring" "$main" "$suite" "$components"
    if [ -n "$security" ]; then
        printf 'deb [signed-by=%s] %s %s-security %s\n' "$keyring" "$security" "$suite" "$components"
    fi
}

# Removes a root that may have been left with this machine's /proc, /sys or /dev in it by a build that was broken off.
discard() {
    cut -d ' ' -f 2 /proc/mounts | grep "^$1/" | sort -r | while read -r at; do
        umount --lazy "$at"
    done
    rm -rf --one-file-system "$1"
}

# One hash of the names and contents of all files in the given files and folders.
hash_of() {
    find "$@" -type f ! -path '*/__pycache__/*' -exec sha256sum {} + | sed "s|  $top/|  |" | LC_ALL=C sort |
        sha256sum | cut -c 1-64
}

# fresh PRODUCT HASH: is it there, and made of the same things? made PRODUCT HASH: it is now.
fresh() {
    [ -e "$build/$1" ] && [ "$(cat "$build/made-of/$(basename "$1")" 2>/dev/null)" = "$2" ]
}

made() {
    mkdir -p "$build/made-of"
    printf '%s\n' "$2" >"$build/made-of/$(basename "$1")"
}

# logged NAME COMMAND...: its words go to a file and are shown only when it fails.
logged() {
    log=$build/log/$1
    shift
    mkdir -p "$build/log"
    "$@" >"$log" 2>&1 || {
        tail -n 40 "$log" >&2
        stop "this failed (all it said is in $log): $*"
    }
}

# byte_code ROOT FOLDER...: Python's byte code for folders of a root, made by this machine, which is quicker. It is the
# same on every machine.
byte_code() {
    root=$1 at=/mnt/root
    shift
    mkdir -p "$build/builder$at"
    umount --lazy "$build/builder$at" 2>/dev/null || true
    mount --bind "$root" "$build/builder$at"
    for folder; do
        chroot "$build/builder" python3.13 -m compileall -q -j 0 -s "$at" "$at/$folder" ||
            say "some of Python's files in $folder have no byte code; they work without"
    done
    umount --lazy "$build/builder$at"
}

kernel_version() {
    ls "$build/tree/usr/lib/modules"
}
