#!/bin/sh
# The real parts that the tests with Home Assistant need: install what is missing where we may, else say how.
set -eu
PATH="$PATH:/usr/sbin:/usr/local/sbin"
missing=
command -v mosquitto >/dev/null || missing="$missing mosquitto"
command -v setpriv >/dev/null || missing="$missing util-linux"
command -v chromium >/dev/null || missing="$missing chromium fonts-dejavu-core"
# Without a Python 3.11 or 3.13 of its own a machine makes a small Debian that has it, which needs root.
command -v mmdebstrap >/dev/null || missing="$missing mmdebstrap"
[ -n "$missing" ] || exit 0
if command -v apt-get >/dev/null; then
    if [ "$(id -u)" = 0 ]; then
        as_root=
    elif sudo -n true 2>/dev/null; then
        as_root=sudo
    else
        echo "The tests with Home Assistant need$missing, and you may not install them: sudo apt install$missing" >&2
        exit 1
    fi
    $as_root apt-get update --quiet --quiet
    # shellcheck disable=SC2086
    exec $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install --quiet --quiet --yes --no-install-recommends $missing
fi
echo "The tests with Home Assistant need$missing (Debian's names): install them with your system's packages." >&2
exit 1
