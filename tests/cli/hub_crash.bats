# A hub that is killed, a hub that is refused what it asks for, and a client that knows the schema only.
# shellcheck disable=SC2154 # bats sets stderr
load helpers

# start_hub OPTION...: at the socket `s`; its process is $hub.
start_hub() {
  "$LEAT" hub --listen unix-listen:s "$@" 2>>hub.log &
  hub=$!
  eventually [ -S s ]
}

@test "a program that has the schema and nothing else publishes and subscribes" {
  command -v capnp || skip 'the command capnp is not installed'
  start_hub --data kept --history 'orders.>'
  foreign="$LEAT_SOURCE/tests/cli/hub_foreign.py"
  run_line "timeout 20 python3 $foreign $LEAT_SOURCE/core/hub/hub.capnp s pub orders.eu one two '{\"n\":3}'"
  expect_out 'acknowledged 3 synced'
  run_line "timeout 20 python3 $foreign $LEAT_SOURCE/core/hub/hub.capnp s sub 'orders.>' 3 all"
  expect_out 'orders.eu one
orders.eu two
orders.eu {"n":3}'
  run_line 'leat sub "orders.>" --start all --count 3 --in lines --hub unix:s'
  expect_out 'one
two
{"n":3}'
}

# more_than FILE N: has something above N been acknowledged?
more_than() { [ "$(tail -n 1 "$1" 2>/dev/null || echo 0)" -gt "$2" ] 2>/dev/null; }

# publish_by_eight SUBJECT RATE: 1 pN, 2 pN, 3 pN ... to SUBJECT.pN; how far it is acknowledged stands in acked.N.
publish_by_eight() {
  publishers=()
  for p in 1 2 3 4 5 6 7 8; do
    timeout 600 "$LEAT" --from "generate:\"\(.n + 1) p$p\"" --rate "$2" --to "hub:$1.p$p" --codec lines --hub unix:s --print-acked >"acked.$p" &
    publishers+=($!)
  done
}

# LEAT_HUB_ROUNDS=200 LEAT_HUB_RATE=2000/s for a long look: all that is kept is read at each start.
@test "a hub that is killed again and again loses nothing it has acknowledged, and gives nothing twice" {
  start_hub --data kept --history 'orders.>,bytes=20GB'
  publish_by_eight orders "${LEAT_HUB_RATE:-20000/s}"
  for ((round = 1; round <= ${LEAT_HUB_ROUNDS:-4}; ++round)); do
    for p in 1 2 3 4 5 6 7 8; do
      reached=$(tail -n 1 "acked.$p" || true)
      eventually more_than "acked.$p" "${reached:-0}"
    done
    kill -9 $hub
    wait $hub || true
    rm -f s
    start_hub --data kept --history 'orders.>,bytes=20GB'
  done
  for p in 1 2 3 4 5 6 7 8; do eventually more_than "acked.$p" "$(tail -n 1 "acked.$p")"; done
  kill "${publishers[@]}"
  wait "${publishers[@]}" || true
  run_line 'leat pub orders.end last --hub unix:s --in lines; leat sub "orders.>" --start all --in lines --hub unix:s | sed /^last$/q >all'
  grep -q '^last$' all
  for p in 1 2 3 4 5 6 7 8; do
    grep "p$p\$" all | awk '{print $1}' >"got.$p"
    # From 1 on without a hole or a second one, in order, and at least as far as was acknowledged.
    cmp "got.$p" <(seq "$(wc -l <"got.$p")")
    [ "$(wc -l <"got.$p")" -ge "$(tail -n 1 "acked.$p")" ]
  done
}

# larger FILE SIZE
larger() { [ "$(stat -c %s "$1")" -gt "$2" ]; }

# LEAT_HUB_ROUNDS=200 for a long look.
@test "what two durable subscriptions share gets to one of them, whoever is killed" {
  start_hub --data kept --history 'jobs.>,bytes=20GB'
  publish_by_eight jobs 5000/s
  work() {
    "$LEAT" sub "jobs.>" --durable work --group workers --start all --until for=600s --hub unix:s --in lines >>"done.$1" 2>>work.log 7>&- &
    workers[$1]=$!
  }
  workers=()
  work 1
  work 2
  for ((round = 1; round <= ${LEAT_HUB_ROUNDS:-4}; ++round)); do
    for w in 1 2; do
      eventually larger "done.$w" "$(stat -c %s "done.$w")"
    done
    who=$((round % 3))
    if [ $who = 0 ]; then
      kill -9 $hub
      wait $hub || true
      rm -f s
      start_hub --data kept --history 'jobs.>,bytes=20GB'
    else
      kill -9 "${workers[$who]}"
      wait "${workers[$who]}" || true
      work $who
    fi
  done
  kill "${publishers[@]}"
  wait "${publishers[@]}" || true
  for p in 1 2 3 4 5 6 7 8; do
    printf '%s p%s\n' "$(tail -n 1 "acked.$p")" "$p"
  done >last
  everything() {
    cat done.* | sort -u >all
    while read -r n p; do [ "$(grep -c " $p\$" all)" -ge "$n" ] || return 1; done <last
  }
  eventually everything
  kill "${workers[@]}"
  wait "${workers[@]}" || true
  for p in 1 2 3 4 5 6 7 8; do
    grep " p$p\$" all | awk '{print $1}' | sort -n >got
    cmp got <(seq "$(wc -l <got)")
  done
}

@test "a hub says what it cannot have" {
  start_hub
  run_leat hub --listen unix-listen:s
  expect_status 74
  run_leat hub --listen tcp-listen://0.0.0.0:0
  expect_status 2
  expect_err 'can be reached from other machines'
  run_leat hub --listen stdin
  expect_status 2
  expect_err 'no place to listen at'
  for bad in 'a..b' 'a,count=0' 'a,colour=red' 'count=5'; do
    run_leat hub --listen unix-listen:t --history "$bad"
    expect_status 2
  done
  run_leat hub --listen unix-listen:t --history 'a.>' --history 'a.b'
  expect_status 2
  expect_err 'some subjects of a.b are of a.> already'
  run_leat hub --listen unix-listen:t --data /dev/null/x --history a
  expect_status 74
  start=$SECONDS
  kill $hub
  wait $hub
  [ $((SECONDS - start)) -lt 9 ]  # nobody was there to wait for
  [ ! -e s ]
}

@test "two hubs do not share a folder" {
  start_hub --data kept --history a
  run_leat hub --listen unix-listen:t --data kept --history a
  expect_status 74
}
