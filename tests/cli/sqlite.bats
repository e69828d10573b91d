#!/usr/bin/env bats
# sqlite: as source and sink; sqlite3, its own program, makes the databases and reads them.
load helpers

@test "rows by column name, in the order of the columns, their types kept as sqlite3 -json has them" {
  sqlite3 a.db "CREATE TABLE t (i INTEGER, r REAL, s TEXT, n, big INTEGER);
    INSERT INTO t VALUES (1, 1.5, 'é\"' || char(10), NULL, 9223372036854775807), (-2, 2.0, '', NULL, -9223372036854775808)"
  sqlite3 -json a.db 'SELECT s, i, r, n, big FROM t ORDER BY i' | jq -c '.[] | del(.big)' >expected
  run_line "leat --from sqlite:a.db --query 'SELECT s, i, r, n FROM t ORDER BY i'"
  expect_status 0
  [ "$output" = "$(sed 's/\([^0-9.]2\)\([,}]\)/\1\2/' expected | jq -c .)" ] || diff <(printf '%s\n' "$output" | jq -c .) expected
  run_line "leat --from 'sqlite:a.db?q=SELECT big, r FROM t ORDER BY i'"
  expect_out "$(printf '%s\n' '{"big":-9223372036854775808,"r":2.0}' '{"big":9223372036854775807,"r":1.5}')"
  run_line "leat --from sqlite:a.db --query \"SELECT x'00ff' AS b, 9e999 AS inf, 'a' || char(0) || 'b' AS z\""
  expect_out '{"b":"AP8=","inf":1e999,"z":"a\u0000b"}'
}

@test "a hundred thousand rows are as many records, as sqlite3 counts and sums them; until count ends a query early" {
  sqlite3 a.db "CREATE TABLE t AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 100000) SELECT n, 'row ' || n AS s FROM c"
  run_line "leat --from sqlite:a.db --query 'SELECT * FROM t' window --count 1000000 --emit '{n: count, sum: sum(.n)}' | jq -c '[.n, .sum]'"
  expect_out "$(sqlite3 -json a.db 'SELECT count(*) AS n, sum(n) AS s FROM t' | jq -c '.[0] | [.n, .s]')"
  run_line "leat --from sqlite:a.db --query 'WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n FROM c' --until count=3 map .n"
  expect_status 0
  expect_out "$(seq 3)"
}

@test "[154] an error after the last row is told, after every row that came before it" {
  sqlite3 a.db "CREATE TABLE t (n); INSERT INTO t VALUES (1), (2), (3), ('x')"
  run_line "leat --from sqlite:a.db --query \"SELECT n, CASE n WHEN 'x' THEN abs(-9223372036854775808) ELSE n END AS a FROM t\" map .a"
  expect_status 74
  expect_out "$(seq 3)"
  expect_err 'sqlite:a.db: integer overflow'
}

@test "what is no query to read is refused before the first row" {
  sqlite3 a.db 'CREATE TABLE t (n)'
  run_leat --from sqlite:a.db --query 'DELETE FROM t'; expect_status 2
  expect_err 'gives rows and changes nothing'
  run_leat --from sqlite:a.db --query 'SELECT gone FROM t'; expect_err 'no such column'
  run_leat --from sqlite:a.db --query 'SELECT 1 AS a, 2 AS a'; expect_err "two columns are called 'a'"
  run_leat --from sqlite:a.db --query 'SELECT 1; SELECT 2'; expect_err 'wants one statement'
  run_leat --from sqlite:missing.db --query 'SELECT 1'; expect_status 66
  expect_err 'missing.db: unable to open'
  [ ! -e missing.db ]
  echo none >not.db; run_leat --from sqlite:not.db --query 'SELECT 1'; expect_status 66
  expect_err 'not a database'
  run_leat --from sqlite:a.db; expect_status 2
  expect_err 'wants --query'
  run_leat --from sqlite:a.db --query 'SELECT 1' --follow; expect_status 2
}

@test "a signal ends a query that would never end" {
  sqlite3 a.db 'CREATE TABLE t (n)'
  "$LEAT" --from sqlite:a.db --query 'WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT max(n) AS m FROM c' --to - >out &
  run=$!
  opened() { [ "$(find "/proc/$run/fd" -lname '*/a.db')" ]; }
  eventually opened
  kill -INT %1
  wait %1 || true
  [ ! -s out ]
}

@test "rows go into a table; a record that does not fit goes to err with its original, the others are kept" {
  sqlite3 a.db 'CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT NOT NULL, x DEFAULT 7)'
  cat >in <<'IN'
{"id":1,"name":"a","x":1.5}
{"id":1,"name":"twice"}
{"id":2}
{"id":3,"name":"c","other":0}
[]
{"id":"four","name":"d"}
{"ID":5,"name":"e","x":{"k":[1]}}
{"id":6,"name":"f","x":null}
IN
  run_line 'leat --from in map . then dlq dead.ndjson --to sqlite:a.db --table t'
  expect_status 0
  [ "$(sqlite3 a.db 'SELECT id, name, typeof(x), x FROM t ORDER BY id')" = "$(printf '%s\n' '1|a|real|1.5' '5|e|text|{"k":[1]}' '6|f|null|')" ]
  [ "$(jq -r .payload_text dead.ndjson)" = "$(sed -n '2,6p' in)" ]
  [ "$(jq -r .error.message dead.ndjson)" = "$(printf '%s\n' 'UNIQUE constraint failed: t.id' 'NOT NULL constraint failed: t.name' \
    "the table has no column 'other'" 'only an object can be a row' 'datatype mismatch')" ]
}

@test "--create makes the table, --key replaces rows; there and back nothing changes" {
  printf '%s\n' '{"id":1,"v":"12","f":2.0,"t":true}' '{"id":2,"v":null,"f":1e300,"t":false}' >in
  run_line "leat --from in --to sqlite:new.db --table 'my \"t' --key id --create && leat --from in map '.id += 1' --to sqlite:new.db --table 'my \"t' --key id"
  expect_status 0
  run_line "leat --from sqlite:new.db --query 'SELECT * FROM \"my \"\"t\" ORDER BY id'"
  expect_out "$(printf '%s\n' '{"id":1,"v":"12","f":2.0,"t":1}' '{"id":2,"v":"12","f":2.0,"t":1}' '{"id":3,"v":null,"f":1e+300,"t":0}')"
  run_line 'leat --from in --to sqlite:new.db --table none'
  expect_status 74
  expect_err "no table 'none'"
  run_line 'leat --from in --to sqlite:new.db --table "my \"t" --key v'
  expect_status 74
  expect_err 'ON CONFLICT clause does not match'
}

@test "many rows, a row that rolls the transaction back, and a database that somebody holds" {
  sqlite3 a.db 'CREATE TABLE t (n UNIQUE ON CONFLICT ROLLBACK)'
  run_line '(seq 50000; echo 3; seq 50001 60000) | leat map "{n: .}" then dlq dead.ndjson --to sqlite:a.db --table t'
  expect_status 0
  [ "$(sqlite3 a.db 'SELECT count(*), sum(n) FROM t')" = '60000|1800030000' ]
  [ "$(wc -l <dead.ndjson)" = 1 ]
  (sqlite3 a.db 'BEGIN EXCLUSIVE; SELECT 1;' '.shell touch held; sleep 1' 'COMMIT' >/dev/null) &
  eventually [ -e held ]
  run_line 'echo "{\"n\":-1}" | leat --to sqlite:a.db --table t'
  expect_status 0
  [ "$(sqlite3 a.db 'SELECT count(*) FROM t')" = 60001 ]
}

@test "kill -9 leaves what was committed, and a checkpoint never stands before it" {
  seq 400000 | sed 's/.*/{"n":&}/' >in
  sqlite3 a.db 'CREATE TABLE t (n INTEGER PRIMARY KEY)'
  "$LEAT" --from in --checkpoint place --to sqlite:a.db --table t &
  eventually [ -s place ]
  kill -9 %1
  wait %1 || true
  run_line 'leat --from in --checkpoint place --to sqlite:a.db --table t --key n'
  expect_status 0
  [ "$(sqlite3 a.db 'SELECT count(*), min(n), max(n) FROM t; PRAGMA integrity_check')" = "$(printf '400000|1|400000\nok')" ]
}
