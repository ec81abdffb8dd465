#!/bin/sh
# Verifies an export of the audit log with openssl and coreutils, without anything of Weft.
#
#   verify-audit-export.sh EXPORT KEY_ID...
#
# EXPORT is what GET /api/v1/audit-entries/export answered. KEY_ID is the SHA-256 of a public key that you trust, as
# upgrade-orchestrator logs it at its start (auditSeal.key id=...): note it down where the hub's database does not reach.
# To see that nothing was cut off at the end, compare the head printed last with one that you noted down earlier:
# GET /api/v1/audit-entries/verification?knownHead=NUMBER:DIGEST.
#
# Exit code 0: every seal is signed by a trusted key, names the seal before it, and its entries are what was sealed.
set -eu
LC_ALL=C
export LC_ALL

[ $# -ge 2 ] || { echo "usage: $0 EXPORT KEY_ID..." >&2; exit 64; }
file=$1
shift
trusted=" $* "
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

broken() { echo "BROKEN: $*" >&2; exit 1; }
member() { printf '%s' "$2" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
digest() { sha256sum | cut -d ' ' -f 1; }

title= previous= number= removed_before= end=
seals=0 sealed=0 removed=0 unsealed=0
: > "$work/digests"

seal() {
    key=$(member key "$1")
    case $trusted in
        *" $key "*) ;;
        *) broken "a seal is signed by key $key, which is not among those you trust" ;;
    esac
    [ -f "$work/$key.der" ] || broken "the export does not hold key $key"
    member statement "$1" | base64 -d > "$work/statement"
    member signature "$1" | base64 -d > "$work/signature"
    openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/$key.der" -rawin \
        -in "$work/statement" -sigfile "$work/signature" > "$work/openssl" 2>&1 \
        || broken "the seal behind seal ${number:-0} is not what key $key signed"
    before=$number
    number=$(sed -n 's/^number //p' "$work/statement")
    if [ -n "$before" ]; then
        [ "$number" -eq $((before + 1)) ] || broken "between seals $before and $number there are others missing"
        [ "$(sed -n 's/^previous //p' "$work/statement")" = "$previous" ] \
            || broken "seal $number names another seal before it than number $before"
    fi
    grep -q "^organisation $title\$" "$work/statement" || broken "seal $number is another organisation's"
    previous=$(digest < "$work/statement")

    sed '1,7d' "$work/statement" > "$work/lines"
    cut -d ' ' -f 1 "$work/lines" > "$work/named"
    grep -vxFf "$work/named" "$work/digests" > "$work/foreign" || true
    [ ! -s "$work/foreign" ] || broken "seal $number: $(wc -l < "$work/foreign") of its entries are not what was sealed"
    if ! cmp -s "$work/named" "$work/digests"; then
        cut -d ' ' -f 1,3 "$work/lines" | grep -vFf "$work/digests" > "$work/absent" || true
        [ -s "$work/digests" ] || cut -d ' ' -f 1,3 "$work/lines" > "$work/absent"
        awk -v before="$removed_before" '!(before != "" && $2 < before)' "$work/absent" > "$work/missing"
        [ ! -s "$work/missing" ] || broken "seal $number: $(wc -l < "$work/missing") of its entries are missing"
        grep -xFf "$work/digests" "$work/named" > "$work/order" || true
        cmp -s "$work/order" "$work/digests" || broken "seal $number: its entries stand in another order"
        removed=$((removed + $(wc -l < "$work/absent")))
    fi
    sealed=$((sealed + $(wc -l < "$work/digests")))
    seals=$((seals + 1))
    : > "$work/digests"
}

while IFS= read -r line; do
    [ -z "$end" ] || broken "there are lines behind the last one"
    case $line in
        '{"export":"weft-audit 1",'*)
            title=$(member organisation "$line")
            removed_before=$(member removedBefore "$line")
            ;;
        '{"key":'*)
            key=$(member key "$line")
            case $trusted in
                *" $key "*)
                    member publicKey "$line" | base64 -d > "$work/$key.der"
                    [ "$(digest < "$work/$key.der")" = "$key" ] || broken "the export holds another key as $key"
                    ;;
            esac
            ;;
        '{"id":"aud_'*) printf '%s' "$line" | digest >> "$work/digests" ;;
        '{"seal":'*) seal "$line" ;;
        '{"end":true,'*) end=$line ;;
        *) broken "a line is none of an export" ;;
    esac
done < "$file"
[ -n "$end" ] || broken "the export is not whole: its last line is missing"
unsealed=$(wc -l < "$work/digests")

echo "organisation $title: $seals seals and $sealed entries are intact"
[ "$removed" -eq 0 ] || echo "$removed sealed entries were removed by retention before $removed_before, says the hub"
[ "$unsealed" -eq 0 ] || echo "$unsealed entries at the end have no seal yet"
echo "head ${number:-0}:${previous:-none}"
