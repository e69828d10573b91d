# The steps of .ci/run: each a function that prints what it does and answers whether all was well.
# shellcheck shell=bash disable=SC2034,SC2154 # shares its variables with .ci/run

# need PACKAGE...: installs what is missing.
need() {
  local package missing=()
  for package in "$@"; do
    dpkg-query -Wf '${Status}\n' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return
  local root=(); [ "$(id -u)" = 0 ] || root=(sudo)
  "${root[@]}" apt-get update -qq || true
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}"
}

# The tests of a build, counted from ctest's own report; where a test program speaks TAP its cases count, not the program.
count_tests() {  # count_tests BUILD: prints PASSED FAILED
  awk '
    function close_test() {
      if (!open) return
      if (good + bad == 0 || (status == "fail" && bad == 0)) status == "fail" ? ++bad : ++good
      passed += good; failed += bad; open = 0
    }
    /<testcase / { close_test(); open = 1; good = bad = 0; status = /status="(run|notrun|disabled)"/ ? "run" : "fail"
                   if (/status="(notrun|disabled)"/) open = 0 }
    open && /^(\t*<system-out>)?ok [0-9]+ / && !/# skip/ { ++good }
    open && /^(\t*<system-out>)?not ok [0-9]+ / { ++bad }
    END { close_test(); print passed + 0, failed + 0 }' "build/$1/ctest.xml"
}

# tally STEP OUTCOME: adds a step to the totals. A lint is one test.
tally() {
  local build='' good=0 bad=0
  case $1 in setup) build=dev ;; asan | tsan) build=$1 ;; esac
  if [ "$build" ] && [ -f "build/$build/ctest.xml" ]; then
    read -r good bad < <(count_tests "$build")
    [ "$2" = ok ] || [ "$bad" != 0 ] || bad=1
  elif [ "$2" = ok ]; then good=1; else bad=1; fi
  passed=$((passed + good)) failed=$((failed + bad))
  printf '   %d passed, %d failed\n' "$good" "$bad"
}

show_failure() {
  grep -nE 'error:|warning:|FAILED|\*\*\*Failed|\*\*\*Timeout|^ *(not ok|# )|SUMMARY|ERROR:|Failure$|Fehler' "$1" | sort -u -t: -k2 | sort -n | head -80 | sed 's/^/   | /'
  echo "   ... the end of $1:"
  tail -n 60 "$1" | sed 's/^/   | /'
}

# A check that did not run is said aloud, never passed over.
show_skipped() {
  grep -hE '# skip|Not Run|SKIPPED|^left out|RE-RECORDED|^note: ' "build/ci/$1.log" 2>/dev/null | sed 's/^ */   said: /'
}

# Every C++ file of ours.
sources() { git ls-files -- '*.cc' '*.h'; }

step_setup() {
  rm -f build/dev/ctest.xml
  sh setup.sh test
}

sanitized() {  # sanitized PRESET [PREFIX...]
  local preset=$1; shift
  rm -f "build/$preset/ctest.xml"
  cmake --preset "$preset" && cmake --build --preset "$preset" && "$@" ctest --preset "$preset"
}

# Without UBSan's vptr check: it asks the system for a descriptor of its own, and a test of ours leaves it none.
step_asan() { sanitized asan; }

# ThreadSanitizer's shadow map collides with a randomised address space on newer kernels.
step_tsan() {
  echo 'note: tests of one thread are not built for ThreadSanitizer: nothing in them can race'
  local fixed=()
  setarch "$(uname -m)" -R true 2>/dev/null && fixed=(setarch "$(uname -m)" -R)
  sanitized tsan "${fixed[@]}"
}

step_format() {
  need clang-format-14
  sources | xargs clang-format-14 --dry-run --Werror
}

# The files changed since the branch left main; on main itself the last changed first.
changed_sources() {
  local base
  base=$(git merge-base HEAD "${LEAT_CI_BASE:-origin/main}" 2>/dev/null)
  if [ -n "$base" ] && [ "$base" != "$(git rev-parse HEAD)" ]; then
    git diff --name-only --diff-filter=d "$base" -- '*.cc'
  else
    git log -n 8 --name-only --diff-filter=d --format= -- '*.cc' | awk '!seen[$0]++' | while read -r file; do
      [ -f "$file" ] && echo "$file"
    done
  fi | grep -v '^tests/'
}

step_tidy() {
  need clang-tidy-14
  cmake --preset dev -DCMAKE_EXPORT_COMPILE_COMMANDS=ON >/dev/null || return
  mkdir -p build/tidy  # clang cannot read what GCC has precompiled
  sed 's/-Winvalid-pch -include [^ ]*cmake_pch.hxx//' build/dev/compile_commands.json >build/tidy/compile_commands.json
  export TIDY_UNTIL=$(($(date +%s) + 300))
  changed_sources | xargs -P "$(nproc)" -n 1 .ci/tidy-one
}

# Every shell script, found by name or by its first line.
step_shellcheck() {
  need shellcheck
  local files
  mapfile -t files < <({ git ls-files -- '*.sh' '*.bash' '*.bats'; git grep -lE '^#!.*[/ ](ba)?sh$'; } | sort -u)
  printf '%s\n' "${files[@]}"
  shellcheck -x "${files[@]}"
}

step_man() {
  need mandoc man-db groff-base
  local page bad=0
  for page in man/*.[1-9]; do
    # mandoc finds what is wrong in the source; man finds what groff would complain of when a user reads it.
    mandoc -T lint -W warning "$page" || bad=1
    MANROFFSEQ='' LC_ALL=C.UTF-8 man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null | grep . && bad=1
  done
  return $bad
}

# What the program writes about itself is what is committed.
step_generated() {
  local fresh file bad=0
  fresh=$(mktemp -d)
  .ci/generate build/dev/leat "$fresh" || return
  diff -ru man "$fresh/man" || bad=1
  for file in $(cd "$fresh" && find . -path ./man -prune -o -type f -print); do
    diff -u "$file" "$fresh/$file" || bad=1
  done
  return $bad
}

# The package is made, without a word from lintian, and what is in it runs.
step_package() {
  need dpkg-dev file lintian
  rm -f build/package/*.deb
  sh setup.sh package || return
  local deb root
  deb=$(echo build/package/leat_*.deb)
  dpkg-deb --info "$deb" && dpkg-deb --contents "$deb" && lintian --allow-root --fail-on error,warning "$deb" || return
  root=$(mktemp -d) && dpkg-deb --extract "$deb" "$root" || return
  "$root/usr/bin/leat" --version
}

# No workload takes over 5 % more instructions than is on record; on another toolchain they are recorded anew, and that is said.
step_counts() {
  need valgrind binutils python3
  cmake --preset package && cmake --build --preset package --target leat make_data || return
  tests/bench/count build/package/leat build/package/tests/bench/make_data
}

step_fuzz() {
  need clang-14 libclang-rt-14-dev llvm-14
  cmake --preset fuzz && cmake --build --preset fuzz || return
  local targets
  mapfile -t targets < <(find build/fuzz/tests/fuzz -maxdepth 1 -name '*_fuzz' -type f | sort)
  [ ${#targets[@]} -le 12 ] || { printf 'left out for time: %s\n' "${targets[@]:12}"; targets=("${targets[@]:0:12}"); }
  [ ${#targets[@]} != 0 ] || { echo 'there are no fuzz targets yet'; return 0; }
  printf '%s\n' "${targets[@]}" | xargs -P "$(nproc)" -I{} .ci/fuzz-one {} 20
}
