#!/bin/sh
# The real parts that the tests talk to: install what is missing where we may, else say how.
set -eu
PATH="$PATH:/usr/sbin:/usr/local/sbin"
missing=
command -v mosquitto >/dev/null || missing="$missing mosquitto"
command -v mosquitto_sub >/dev/null || missing="$missing mosquitto-clients"
command -v systemd-analyze >/dev/null && command -v systemd-sysusers >/dev/null || missing="$missing systemd"
command -v openssl >/dev/null || missing="$missing openssl"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
[ -e /usr/include/linux/rfkill.h ] || missing="$missing linux-libc-dev"
command -v dot >/dev/null || missing="$missing graphviz"
command -v chromium >/dev/null || missing="$missing chromium"
command -v npm >/dev/null || missing="$missing npm"
command -v pdftotext >/dev/null || missing="$missing poppler-utils"
command -v 7z >/dev/null || missing="$missing p7zip-full"
command -v bsdtar >/dev/null || missing="$missing libarchive-tools"
command -v unzip >/dev/null || missing="$missing unzip"
command -v unshare >/dev/null || missing="$missing util-linux"
command -v mount >/dev/null || missing="$missing mount"
command -v node >/dev/null || missing="$missing nodejs"
[ -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ] || missing="$missing fonts-dejavu-core"
[ -n "$missing" ] || exit 0
if command -v apt-get >/dev/null; then
    if [ "$(id -u)" = 0 ]; then
        as_root=
    elif sudo -n true 2>/dev/null; then
        as_root=sudo
    else
        echo "The tests need$missing, and you may not install them: sudo apt install$missing" >&2
        exit 1
    fi
    $as_root apt-get update --quiet --quiet
    # shellcheck disable=SC2086
    exec $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install --quiet --quiet --yes --no-install-recommends $missing
fi
echo "The tests need$missing (Debian's names): install them with your system's packages." >&2
exit 1
