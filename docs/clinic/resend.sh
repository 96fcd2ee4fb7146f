#!/bin/bash
# SPDX-License-Identifier: MIT
# Asks every device that the table knows to send its walks of the last days again; who is away is asked next time. What
# is there already is not stored twice. Devices with `collector = true` do not need it. Run it by night, from a timer:
#     BROKER=broker.example PORT=8883 PGDATABASE=DATABASE PGUSER=resend ./resend.sh [DAYS] [options of mosquitto_pub]
# The database's user is one of kneemon_resender (schema.sql). At the broker it is `resend`: its own certificate, its
# lines in mosquitto.acl; --cafile, --cert and --key, a line for each, belong into ~/.config/mosquitto_pub.
set -euo pipefail
: "${BROKER:=localhost}" "${PORT:=1883}"
days=${1:-7}
[ $# = 0 ] || shift
case $days in *[!0-9]* | "") echo "resend.sh: how many days? not $days" >&2 && exit 2 ;; esac
since=$(date -u -d "$days days ago" +%Y-%m-%d)
expires=$(date -u -d "10 minutes" +%Y-%m-%dT%H:%M:%S.000Z)
rest="\"args\":{\"since\":\"$since\"},\"expires_at\":\"$expires\""
devices=$(psql --no-psqlrc --quiet --no-align --tuples-only -v ON_ERROR_STOP=1 \
    --command="SELECT device FROM kneemon.last_heard ORDER BY random()") ||
    { echo "resend.sh: the table cannot be read; nobody was asked" >&2 && exit 1; }
asked=0
for device in $devices; do
    said=$(mosquitto_pub -V mqttv5 -h "$BROKER" -p "$PORT" -q 1 -t "kneemon/v1/$device/cmd" "$@" \
        -m "{\"cmd\":\"session.resend\",\"id\":\"resend-$device-$since\",$rest}" \
        -D publish message-expiry-interval 600 2>&1 </dev/null) || said=${said:-mosquitto_pub has failed}
    # It ends well although the broker has refused the topic: then it only says so.
    [ -z "$said" ] || { echo "resend.sh: $device was not asked, $asked were: $said" >&2 && exit 1; }
    asked=$((asked + 1))
    sleep 0.2
done
echo "$asked devices are asked for their walks since $since"
