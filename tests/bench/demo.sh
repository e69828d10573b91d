#!/bin/sh
# The demo: makes 100 MB of web requests, one line in a hundred broken, and asks them questions. Run by `sh setup.sh demo`.
#
#   demo.sh LEAT MAKE_DATA RECIPES, in the folder that keeps the log
set -eu
bin=$(dirname "$1")
PATH=$bin:$PATH
make_data=$2
recipes=$3
mkdir -p demo && cd demo
ln -sfn "$recipes" recipes
[ -s access.ndjson ] || "$make_data" --bytes 100MB --broken 1 >access.ndjson
rm -f dead.ndjson

# show 'LINE': runs a line of shell as a user would type it.
show() {
  printf '\n\033[1m$ %s\033[0m\n' "$1"
  sh -c "$1" || [ $? = 1 ] # 1: records failed, as one in a hundred must
}

printf '\n%s/access.ndjson: %s lines, %s bytes\n' "$PWD" "$(wc -l <access.ndjson)" "$(wc -c <access.ndjson)"
show "leat take 1 < access.ndjson"
