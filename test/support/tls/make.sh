#!/bin/sh
# Makes the certificates of the tests anew: an invented authority, and a certificate of it for an invented host. Both hold
# for a hundred years. The keys protect nothing.
set -eu
cd "$(dirname "$0")"
days=36500
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days $days -keyout authority.key -out authority.pem \
  -subj '/CN=The Invented Authority'
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout server.key -out server.csr -subj '/CN=api.example'
printf 'subjectAltName=DNS:api.example,DNS:hooks.example\n' > server.ext
openssl x509 -req -in server.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days $days -out server.pem \
  -extfile server.ext
rm -f server.csr server.ext authority.key authority.srl
