#!/usr/bin/env bats
# lookup's table changes under a stream that goes on.
load helpers

@test "a table is read again when it changes, and a bad one leaves the old rows" {
  printf 'host,team\na,red\n' >hosts.csv
  mkfifo in
  leat --from in lookup hosts.csv --on .host --to - >out 2>err 9>&- &
  local leat=$!
  exec 9>in
  echo '{"host":"a","n":1}' >&9
  eventually grep -q '"n":1,"team":"red"' out
  printf 'host,team\na,green\nb,blue\n' >new && mv new hosts.csv
  eventually grep -q 'hosts.csv: changed, 2 rows' err
  echo '{"host":"a","n":2}' >&9
  eventually grep -q '"n":2,"team":"green"' out
  printf 'name\nx\n' >new && mv new hosts.csv
  eventually grep -q "no field 'host'; the rows read before stay" err
  echo '{"host":"b","n":3}' >&9
  exec 9>&-
  wait $leat
  [ "$(tail -1 out)" = '{"host":"b","n":3,"team":"blue"}' ]
}

@test "a table that cannot be read keeps the run from starting" {
  run_line "echo 1 | leat lookup nowhere.csv --on .host"
  expect_status 66
  expect_err nowhere.csv
  printf 'host\na,b\n' >hosts.csv
  run_line "echo 1 | leat lookup hosts.csv --on .host"
  expect_status 66
  expect_err 'hosts.csv: the row at byte 5'
}

@test "join wants two inputs" {
  run_line "echo 1 | leat join --on . --within 1s"
  expect_status 2
  expect_err 'join wants two inputs, not 1'
}
