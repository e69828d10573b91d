#!/usr/bin/env bash
# Every ```console block of README.md does what it shows: the lines behind `$ ` are run in order in the folder that the demo
# has left, and what they print, stderr too, must be what stands below them. A line `...` stands for any lines.
#
#   readme_test.sh LEAT MAKE_DATA [FILE]
set -uo pipefail
leat=$(realpath "$1") make_data=$(realpath "$2")
source=$(cd "$(dirname "$0")/.." && pwd)
readme=$(realpath "${3:-$source/README.md}")

work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
ln -s "$leat" "$work/bin/leat"
PATH=$work/bin:$PATH
cd "$work" || exit 2
sh "$source/tests/bench/demo.sh" "$work/bin/leat" "$make_data" "$source/pipelines/recipes" >demo.out 2>&1 || { cat demo.out; exit 1; }
cd demo || exit 2

ran=0 failed=0
# check COMMAND EXPECTED: both texts; runs one and compares.
check() {
  local got
  ran=$((ran + 1))
  got=$(timeout 60 bash -c "$1" 2>&1 </dev/null)
  if matches "$2" "$got"; then
    echo "ok $ran - $1"
  else
    failed=$((failed + 1))
    echo "not ok $ran - $1"
    diff -u <(echo "$2") <(echo "$got") | tail -n +3 | head -40 | sed 's/^/  # /'
  fi
}

# matches PATTERN TEXT: line by line, a line `...` being any number of lines.
matches() {
  PATTERN=$1 awk 'BEGIN { n = split(ENVIRON["PATTERN"], want, "\n") }
    { got[NR] = $0 }
    function from(w, g,    skip) {
      for (; w <= n; ++w) {
        if (want[w] == "...") {
          for (skip = g; skip <= NR + 1; ++skip) if (from(w + 1, skip)) return 1
          return 0
        }
        if (g > NR || want[w] != got[g]) return 0
        ++g
      }
      return g > NR
    }
    END { exit !from(1, 1) }' < <([ -z "$2" ] || echo "$2")
}

command='' expected='' inside=''
finish() {
  [ -z "$command" ] || check "$command" "${expected%$'\n'}"
  command='' expected=''
}
while IFS= read -r line; do
  case $line in
    '```console') inside=1 ;;
    '```') finish; inside='' ;;
    '$ '*) [ "$inside" ] && { finish; command=${line#'$ '}; } ;;
    *)
      [ "$inside" ] || continue
      if [[ -z $expected && $command == *\\ ]]; then command+=$'\n'$line; else expected+=$line$'\n'; fi
      ;;
  esac
done <"$readme"
echo "1..$ran"
[ $ran != 0 ] && [ $failed = 0 ]
