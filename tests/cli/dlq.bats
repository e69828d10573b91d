#!/usr/bin/env bats
# Dead letters from the shell: what failed can be listed, counted, shown and run again.
# shellcheck disable=SC1010,SC2016 # expressions are not for the shell
load helpers

setup_letters() {
  printf '%s\n' '{"a":1}' '{"a":' '{"a":"x"}' >in.ndjson
  leat --from in.ndjson map '.a + 1' then dlq "$1" --to out.ndjson
}

@test "replay prints the failed records byte for byte, in order" {
  for file in dead.ndjson dead.capnp; do
    setup_letters $file
    [ "$(cat out.ndjson)" = 2 ]
    leat dlq replay $file >again
    printf '%s\n' '{"a":' '{"a":"x"}' | cmp - again
  done
}

@test "ls and stats say where and why" {
  setup_letters dead.ndjson
  run_leat dlq ls dead.ndjson
  expect_status 0
  [ "$(cut -f 3-5 <<<"$output")" = $'map\tmalformed\tin.ndjson:8\nmap\texpression\tin.ndjson:14' ]
  run_leat dlq stats dead.ndjson
  expect_out $'letters\t2\nbytes\t14\nattempts\t2\nmap expression\t1\nmap malformed\t1'
}

@test "show prints one letter, purge empties the file" {
  setup_letters dead.ndjson
  run_leat dlq show dead.ndjson 2
  [ "$(tail -n 1 <<<"$output")" = '{"a":"x"}' ]
  run_leat dlq purge dead.ndjson
  expect_status 0
  [ ! -s dead.ndjson ]
}

@test "a file that holds no letters is refused, and purge leaves it alone" {
  echo '{"a":1}' >other.ndjson
  run_leat dlq purge other.ndjson
  expect_status 65
  [ "$(cat other.ndjson)" = '{"a":1}' ]
  run_leat dlq ls missing.ndjson
  expect_status 66
  run_leat dlq ls
  expect_status 2
}
