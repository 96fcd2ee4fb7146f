#!/bin/sh
# SPDX-License-Identifier: MIT
# A small authority of the clinic's own, and certificates for its broker, its devices and its collectors (openssl 1.1.1
# or newer). The key of the authority, ca.key, belongs on a machine that is not on the network.
#     ./certificate.sh FOLDER authority             once: ca.crt, which everybody gets, and ca.key, which nobody gets
#     ./certificate.sh FOLDER broker HOST           the broker's: HOST is the name, or IP address, that devices dial
#     ./certificate.sh FOLDER client NAME           a device's, NAME is its id; or ingest-1, site-north, resend,
#                                                   telegraf-1. Once more for a new one: the old one stays good
#     ./certificate.sh FOLDER revoke NAME           a lost device: all that were ever made for NAME are void.
#                                                   Renews ca.crl, the list of what is void; then reload the broker
set -eu
umask 077

fail() {
    echo "certificate.sh: $1" >&2
    exit "${2:-2}"
}

[ $# -ge 2 ] || fail "name a folder, and what: authority, broker, client or revoke"
folder=$1 what=$2 name=${3-}
case $what in
authority) name=${name:-kneemon clinic} ;;
broker) [ -n "$name" ] || fail "name the broker's host, as devices dial it: $folder broker broker.example" ;;
client)
    [ -n "$name" ] || fail "name the device by its id, as kneemon mqtt status shows it: $folder client ab12cd34"
    echo "$name" | grep -Eqx '[a-z0-9]{8,16}|(ingest|telegraf)-[0-9]+|site-[a-z0-9-]+|resend' || fail \
        "$name is no device's id (8 to 16 of a-z and 0-9), nor ingest-1, site-north, resend or telegraf-1"
    ;;
revoke) [ -n "$name" ] || fail "name whose certificates are void: $folder revoke ab12cd34" ;;
*) fail "authority, broker, client or revoke, not $what" ;;
esac
case $name in
*[!A-Za-z0-9.:\ -]*) fail "a name may hold letters, digits, dots, colons and hyphens" ;;
esac
[ "$what" = authority ] || [ -e "$folder/ca.key" ] || fail "$folder has no authority yet: $folder authority"
mkdir -p "$folder"
cd "$folder"

configure() {
    cat <<TEXT
[ca]
default_ca = clinic
[clinic]
database = index.txt
serial = serial
crlnumber = crlnumber
new_certs_dir = .
certificate = ca.crt
private_key = ca.key
default_md = sha256
default_crl_days = 3650
policy = names
unique_subject = no
[names]
commonName = supplied
[broker]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = $1
[client]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = clientAuth
TEXT
}

run_openssl() { # its many words only when it fails
    said=$(openssl "$@" 2>&1) || fail "openssl $1: $said" 1
}

signed() { # file, days, kind
    run_openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$name" \
        -keyout "$1.key.new" -out "$1.csr"
    run_openssl ca -batch -notext -config ca.cnf -extensions "$3" -days "$2" -in "$1.csr" -out "$1.crt"
    mv "$1.key.new" "$1.key"
    rm "$1.csr"
    echo "$folder/$1.crt and $folder/$1.key"
}

case $what in
authority)
    [ ! -e ca.key ] || fail "$folder has an authority already"
    run_openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 7300 -subj "/CN=$name" \
        -keyout ca.key -out ca.crt
    : >index.txt
    echo 01 >serial
    echo 01 >crlnumber
    configure DNS:none >ca.cnf
    run_openssl ca -config ca.cnf -gencrl -out ca.crl
    echo "$folder/ca.crt, and $folder/ca.key, which leaves this machine never"
    ;;
broker)
    case $name in
    *:* | *.*.*.*[0-9]) configure "IP:$name" >ca.cnf ;;
    *) configure "DNS:$name" >ca.cnf ;;
    esac
    signed broker 825 broker
    ;;
client) signed "$name" 825 client ;;
revoke)
    made=$(awk -F '\t' -v subject="/CN=$name" '$6 == subject' index.txt)
    [ -n "$made" ] || fail "no certificate was ever made for $name; nothing is revoked" 1
    for number in $(echo "$made" | awk -F '\t' '$1 == "V" { print $4 }'); do
        run_openssl ca -config ca.cnf -revoke "$number.pem"
    done
    run_openssl ca -config ca.cnf -gencrl -out ca.crl
    echo "all $(echo "$made" | wc -l) of $name are void; $folder/ca.crl: give it to the broker and reload it"
    ;;
esac
