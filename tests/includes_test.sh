#!/bin/sh
# Every #include of the program points down: the arrows of the house, kept by grep.
#   includes_test.sh             checks the source, then checks itself on planted violations
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)

# stages/catalog is named by the stages it lists: its header declares their specs.
# FOLDER (or FILE): what it may name beside itself. The longest entry that matches a file decides.
arrows='
core/base:
core/data:       core/base
core/stage:      core/base core/data
core/codec:      core/base core/data core/stage
core/expr:       core/base core/data core/codec
core/window:     core/base core/data core/expr
core/io:         core/base core/data
core/crypto:     core/base core/data core/stage
core/metrics:    core/base
core/hub:        core/base core/data
core/hub/log:    core/base
core/hub/client: core/hub core/base core/data core/io core/stage/backoff
core/hub/broker: core/hub core/base core/data core/codec core/io core/expr
stages:          core
stages/transform: stages/catalog stages/expression core/base core/crypto core/data core/expr core/stage core/window
stages/source:   stages/catalog core
stages/sink:     stages/catalog core
stages/call:     stages/catalog stages/expression core
pipelines:       core stages
cli:             core stages pipelines
tests:           core stages pipelines cli
'
# HEADER or its folder: the files, as a regular expression, that may name it.
libraries='
uv.h:        ^core/io/
yaml-cpp/:   ^pipelines/load_yaml[a-z_]*[.]cc$
toml++/:     ^pipelines/load_toml[a-z_]*[.]cc$
CLI/:        ^cli/[a-z_]*[.]cc$
capnp/:      ^core/(data/artifact|codec/capnp|hub/frame)[a-z_]*[.]cc$|^core/data/wire_message[.]
kj/:         ^core/(data/artifact|codec/capnp|hub/frame)[a-z_]*[.]cc$|^core/data/wire_message[.]
simdjson.h:  ^core/[a-z]*/[a-z_]*[.]cc$
pcre2.h:     ^core/expr/[a-z_]*[.]cc$
valijson/:   ^core/expr/json_schema[.]cc$
curl/:       ^core/io/http[.]cc$
zlib.h:      ^core/(codec|io)/[a-z_]*[.]cc$
zstd.h:      ^core/(codec|io)/[a-z_]*[.]cc$
sqlite3.h:   ^core/io/sqlite[.]cc$
openssl/:    ^core/crypto/[a-z_]*[.](h|cc)$
'

# violations ROOT: one line for each include that may not be.
violations() (
  cd "$1"
  find core stages pipelines cli tests -name '*.h' -o -name '*.cc' 2>/dev/null | sort | xargs grep -nH '^ *# *include' | tr '\t' ' ' |
    awk -v arrows="$arrows" -v libraries="$libraries" '
      function entries(text, table,    lines, n, i, at) {
        n = split(text, lines, "\n")
        for (i = 1; i <= n; ++i) if (at = index(lines[i], ":")) table[substr(lines[i], 1, at - 1)] = substr(lines[i], at + 1)
      }
      function under(path, folder) { return path == folder || index(path, folder "/") == 1 || index(path, folder ".") == 1 }
      function complain(why) { print file ":" line ": " why; }
      BEGIN { entries(arrows, allowed); entries(libraries, keepers) }
      {
        file = $0; sub(/:.*/, "", file)
        line = $0; sub(/^[^:]*:/, "", line); sub(/:.*/, "", line)
        what = $0; sub(/^.*include */, "", what)
        kind = substr(what, 1, 1); sub(/^["<]/, "", what); sub(/[">].*/, "", what)
      }
      kind == "<" {
        for (header in keepers) if (index(what, header) == 1) {
          keeper = keepers[header]; gsub(/ /, "", keeper)
          if (file !~ keeper && file !~ /^tests\//) complain("<" what "> belongs to " keeper)
        }
      }
      kind == "\"" {
        home = ""
        for (folder in allowed) if (under(file, folder) && length(folder) > length(home)) home = folder
        if (home == "") { complain("stands in no folder of the house"); next }
        n = split(home " " allowed[home], may, " "); good = 0
        for (i = 1; i <= n; ++i) if (under(what, may[i])) good = 1
        if (!good) complain(home " may not name \"" what "\"")
      }'
)

found=$(violations "$here")
if [ "$found" ]; then
  echo "$found"
  echo 'An arrow points up or sideways. See "Arrows" in CONTRIBUTING.md.'
  exit 1
fi

# A check that cannot fail proves nothing: each of these must be found, and nothing else.
plant=$(mktemp -d)
trap 'rm -rf "$plant"' EXIT
bad=0
while read -r file header; do
  mkdir -p "$plant/$(dirname "$file")"
  printf '#include <vector>\n#include "core/base/result.h"\n#include %s\n' "$header" >"$plant/$file"
  case $(violations "$plant") in
    "$file:3: "*) ;;
    *) bad=1; echo "not found: $file including $header" ;;
  esac
  rm "$plant/$file"
done <<'PLANTED'
core/base/a.h "core/data/batch.h"
core/data/a.h "core/stage/stage.h"
core/stage/a.h "core/codec/codec.h"
core/codec/a.cc "stages/catalog.h"
core/hub/frame.cc "core/io/loop.h"
stages/transform/a.cc "core/io/loop.h"
stages/transform/a.cc "stages/sink/file.h"
stages/source/a.cc "stages/sink/file.h"
pipelines/a.cc "cli/words.h"
core/codec/a.cc "batch.h"
core/codec/a.cc <uv.h>
pipelines/a.cc <yaml-cpp/yaml.h>
pipelines/load_yaml.h <yaml-cpp/yaml.h>
pipelines/load_yaml.cc <toml++/toml.h>
pipelines/a.cc <CLI/CLI.hpp>
core/data/artifact.h <capnp/message.h>
stages/sink/a.cc <zstd.h>
core/expr/regex.cc <valijson/validator.hpp>
stages/sink/sqlite.cc <sqlite3.h>
stages/transform/seal.cc <openssl/evp.h>
PLANTED
[ $bad = 0 ] && echo 'every include points down; all planted violations were found'
exit $bad
