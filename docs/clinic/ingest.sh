#!/bin/sh
# SPDX-License-Identifier: MIT
# One collector: from the broker into the table of schema.sql, with nothing but mosquitto_sub and psql.
#     BROKER=broker.example NAME=ingest-1 ./ingest.sh [more options of mosquitto_sub]
# Start as many as you like, each with a NAME of its own that it keeps for ever. The database is named as for psql
# (PGHOST, PGDATABASE, PGUSER, ~/.pgpass); user, password and certificates of the broker belong into mosquitto_sub's own
# file, ~/.config/mosquitto_sub, where no list of processes shows them. docs/clinic.md says what can be lost.
set -eu
: "${BROKER:=localhost}" "${PORT:=1883}" "${NAME:?give this collector a name of its own, such as ingest-1}"
: "${KEEP_S:=604800}" "${TOPIC:=kneemon/v1/+/session/summary}"

folder=$(mktemp -d)
pipe=$folder/lines
trap 'rm -rf "$folder"' EXIT
mkfifo "$pipe"

# Payloads travel as hexadecimal digits (%x), so that no byte of them can become SQL, a new line or a NUL; each line is
# a COPY of its own, committed at once. The quote and the delimiter are characters that MQTT forbids in a topic.
mosquitto_sub -V mqttv5 -h "$BROKER" -p "$PORT" -i "$NAME" -c -x "$KEEP_S" -q 1 -t "$TOPIC" -F '%x %t' \
    "$@" >"$pipe" &
reader=$!
trap 'kill "$reader" 2>/dev/null || true' INT TERM
copy="COPY kneemon.arrivals (line) FROM STDIN (FORMAT csv, DELIMITER E'\\\\x01', QUOTE E'\\\\x02');"
status=0
sed -u "s/.*/$copy\n&\n\\\\./" <"$pipe" | {
    code=0
    PGCLIENTENCODING=UTF8 psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 >/dev/null || code=$?
    kill "$reader" 2>/dev/null || true # what the database does not take shall wait at the broker
    exit "$code"
} || status=$?
wait "$reader" || true
exit "$status"
