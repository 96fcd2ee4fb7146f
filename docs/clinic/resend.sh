#!/bin/sh
# SPDX-License-Identifier: MIT
# Asks every device that the table knows to send its walks of the last days again; who is away is asked next time. What
# is there already is not stored twice. Run it by night, from a timer:
#     BROKER=broker.example ./resend.sh [DAYS] [more options of mosquitto_pub]
# The database is named as for psql, by a user who may read; the broker's credentials belong into ~/.config/mosquitto_pub.
set -eu
: "${BROKER:=localhost}" "${PORT:=1883}"
days=${1:-7}
[ $# = 0 ] || shift
case $days in *[!0-9]* | "") echo "$0: how many days? not $days" >&2 && exit 2 ;; esac
since=$(date -u -d "$days days ago" +%Y-%m-%d)
expires=$(date -u -d "10 minutes" +%Y-%m-%dT%H:%M:%S.000Z)
psql --no-psqlrc --quiet --no-align --tuples-only --set=ON_ERROR_STOP=1 \
    --command="SELECT device FROM kneemon.last_heard ORDER BY random()" | while read -r device; do
    mosquitto_pub -V mqttv5 -h "$BROKER" -p "$PORT" -q 1 -t "kneemon/v1/$device/cmd" "$@" \
        -m "{\"cmd\":\"session.resend\",\"args\":{\"since\":\"$since\"},\"id\":\"resend-$device-$since\",\"expires_at\":\"$expires\"}" \
        -D publish message-expiry-interval 600 </dev/null
    sleep 0.2
done
