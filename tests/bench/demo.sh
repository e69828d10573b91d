#!/bin/sh
# The demo: makes 100 MB of web requests, one line in a hundred broken, and asks them questions. Run by `sh setup.sh demo`.
#
#   demo.sh LEAT MAKE_DATA RECIPES, in the folder that gets the folder demo/
set -eu
PATH=$(dirname "$1"):$PATH
make_data=$2
recipes=$3
mkdir -p demo && cd demo
ln -sfn "$recipes" recipes
"$make_data" --bytes 100MB --broken 1 >access.ndjson
rm -f dead.ndjson

say() { printf '\n%s\n' "$1"; }

# show 'LINE': runs a line of shell as a user would type it.
show() {
  printf '\033[1m$ %s\033[0m\n' "$1"
  sh -c "$1"
}

say "$PWD/access.ndjson: $(wc -l <access.ndjson) requests, one line in a hundred broken."

say 'The first two that failed:'
show "leat --on-error drop filter '.status >= 500' then map '{ts, host, path, latency_ms}' then take 2 < access.ndjson"

say 'Each five minutes, and the ledger of the run: what was read is what was delivered and what became of the rest.'
show "leat --summary --from access.ndjson window 5m --time .ts --disorder 5s \\
    --emit '{requests: count, errors: count(.status >= 500), p99: p99(.latency_ms)}' then dlq dead.ndjson"

say 'The broken lines, kept with what was wrong with them:'
show "leat --from dead.ndjson map '{at: .error.offset, why: .error.message}' then take 3"

say 'A pipeline file: the slowest endpoints.'
show "leat run recipes/slow-endpoints.yaml --set from=access.ndjson"

rm -f dead.ndjson  # README.md counts its own

say "The log stays in $PWD; README.md has more to try on it."
