#!/bin/sh
# SPDX-License-Identifier: MIT
# A small authority of the clinic's own, and certificates for its broker, its devices and its collectors (openssl 1.1.1
# or newer). The key of the authority, ca.key, belongs on a machine that is not on the network.
#     ./certificate.sh FOLDER authority             once: ca.crt, which everybody gets, and ca.key, which nobody gets
#     ./certificate.sh FOLDER broker HOST           the broker's: HOST is the name, or IP address, that devices dial
#     ./certificate.sh FOLDER client NAME           a device's, NAME is its id; or a collector's, a site's
#     ./certificate.sh FOLDER revoke NAME           a lost device: renews ca.crl, then reload the broker
set -eu
umask 077
folder=${1:?name a folder} what=${2:?authority, broker, client or revoke} name=${3:-"kneemon clinic"}
case $name in
*[!A-Za-z0-9.:\ -]*) echo "$0: a name may hold letters, digits, dots, colons and hyphens" >&2 && exit 2 ;;
esac
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

signed() { # file, days, kind
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$name" \
        -keyout "$1.key" -out "$1.csr" 2>/dev/null
    openssl ca -batch -notext -config ca.cnf -extensions "$3" -days "$2" -in "$1.csr" -out "$1.crt" 2>/dev/null
    rm "$1.csr"
    echo "$folder/$1.crt and $folder/$1.key"
}

case $what in
authority)
    [ ! -e ca.key ] || { echo "$0: $folder has an authority already" >&2 && exit 2; }
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 7300 -subj "/CN=$name" \
        -keyout ca.key -out ca.crt 2>/dev/null
    : >index.txt
    echo 01 >serial
    echo 01 >crlnumber
    configure DNS:none >ca.cnf
    openssl ca -config ca.cnf -gencrl -out ca.crl 2>/dev/null
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
    openssl ca -config ca.cnf -revoke "$name.crt" 2>/dev/null
    openssl ca -config ca.cnf -gencrl -out ca.crl 2>/dev/null
    echo "$folder/ca.crl: give it to the broker and reload it"
    ;;
*) echo "$0: authority, broker, client or revoke, not $what" >&2 && exit 2 ;;
esac
