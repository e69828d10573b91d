# What may go wrong around a hub: the network, too many clients, clients that come all at once, that stop, that talk nonsense.
# shellcheck disable=SC2016,SC2154 # what stands in quotes is for another shell, bats sets stderr
load helpers

setup_file() { command -v capnp >/dev/null || skip 'the command capnp is not installed'; }
teardown() {
  jobs -p | xargs -r kill -CONT 2>/dev/null || true
  jobs -p | xargs -r kill 2>/dev/null || true
  if [ -n "${namespace:-}" ]; then ip netns del "$namespace"; fi
}

# start_hub OPTION...: at the socket `s`, with $descriptors of them; its process is $hub.
start_hub() {
  {
    ulimit -n "${descriptors:-$(ulimit -n)}"
    exec "$LEAT" hub --listen unix-listen:s "$@" 2>>hub.log
  } &
  hub=$!
  eventually test -S s
}
faults() { exec python3 "$LEAT_SOURCE/tests/cli/hub_faults.py" "$@"; }  # in the background only
sanitized() { grep -qm 1 -e __asan_init -e __tsan_init "$LEAT"; }        # whose memory is not leat's alone
resident() { awk '/^VmRSS/ { print $2 }' "/proc/$hub/status"; }          # KiB
ticks() { awk '{ print $14 + $15 }' "/proc/$hub/stat"; }                # of its CPU time, 100 in a second
passed() { [ "$SECONDS" -ge "$1" ]; }
has_lines() { [ "$(wc -l <"$1")" -ge "$2" ]; }
has_line() { grep -qxF -- "$2" "$1"; }
said() { [ "$(grep -c -- "$2" "$3")" -ge "$1" ]; }  # so many times
is_same() { cmp -s "$1" "$2"; }
is_here() { leat hub clients --hub ./s --json | grep -q "\"name\":\"$1\"[^[]*\"subscriptions\":.{"; }  # the client of that name, with its subscription

# Publisher and subscriber at $1, the records numbered from 1 to 6000.
start_flow() {
  "$LEAT" --from 'generate:.n + 1' --rate 3000/s --until count=6000 --to hub:kept.n --codec lines --hub "$1" --print-acked >acked 2>pub.err &
  publisher=$!
  "$LEAT" sub --hub "$1" kept.n --start all --count 6000 --in lines >got 2>sub.err &
  subscriber=$!
}
# flow_is_whole N: once and in order, at the subscriber and in the history, and acknowledged.
flow_is_whole() {
  wait "$publisher"
  wait "$subscriber"
  seq "$1" | cmp - got
  [ "$(tail -n 1 acked)" = "$1" ]
  run_line "leat sub --hub ./s kept.n --start all --until eof --in lines | cmp - <(seq $1)"
  expect_status 0
}

@test "a link that goes down loses nothing and brings nothing twice" {
  [ "$(id -u)" = 0 ] || skip 'only root can make a network namespace'
  command -v ip >/dev/null || skip 'iproute2 is not installed'
  # The hub listens for this machine only, so a relay brings it those of the other end.
  link=leat$$
  ip netns add "$link" 2>err || skip "no network namespace can be made: $(<err)"
  namespace=$link
  ip link add "$link" type veth peer name end netns "$link" 2>err || skip "no link can be made: $(<err)"
  net=198.18.$(($$ / 64 % 256)).  # of a range for such tests, and not that of a test beside this one
  at=$(($$ % 64 * 4))
  ip address add $net$((at + 1))/30 dev "$link"
  ip link set "$link" up
  ip -n "$link" address add $net$((at + 2))/30 dev end
  ip -n "$link" link set end up
  start_hub --history 'kept.>' --data kept --heartbeat 200ms
  faults relay $net$((at + 1)):0 s >port &
  eventually has_lines port 1
  place=tcp://$net$((at + 1)):$(<port)
  there() { exec ip netns exec "$link" "$LEAT" "$@" --hub "$place"; }
  mkfifo in
  there pub kept.n --in lines --print-acked <in >acked 2>pub.err &
  publisher=$!
  exec 7>in
  there sub kept.n --start all --count 60000 --in lines >got 2>sub.err 7>&- &
  subscriber=$!
  eventually test -e got
  for round in 1 2 3; do
    before=$(wc -l <got)
    seq $((before + 1)) $((before + 20000)) >&7 &
    eventually has_lines got $((before + 100))
    ip link set "$link" down
    for err in pub.err sub.err; do eventually said "$round" 'trying again' $err; done
    ip link set "$link" up
    eventually has_lines got $((before + 20000))
  done
  exec 7>&-
  flow_is_whole 60000
}

@test "a way that delays, cuts into pieces, resets and stops in the middle loses nothing and brings nothing twice" {
  start_hub --history 'kept.>' --data kept --heartbeat 200ms
  faults faults 127.0.0.1:0 s 11 >faults.out &
  eventually has_lines faults.out 1
  start_flow "tcp://127.0.0.1:$(head -n 1 faults.out)"
  flow_is_whole 6000
  [ "$(grep -c reset faults.out)" -ge 4 ]
  [ "$(grep -c half faults.out)" -ge 2 ]
}

@test "where no descriptor is left those who are here go on, the disk too, and whoever comes waits" {
  descriptors=200
  start_hub --listen unix-listen:t --max-clients 1000 --history 'kept.>,bytes=1GB' --data kept
  eventually test -S t
  eventually grep -q '120 clients at a time, for the system gives no more' hub.log
  mkfifo in hold
  "$LEAT" sub --hub ./s kept.n --in lines --name here >got &
  eventually is_here here
  "$LEAT" pub --hub ./s kept.n --in lines --print-acked <in >acked &
  exec 7>in
  echo 0 >&7
  eventually has_line acked 1
  faults idle s 200 117 <hold >idle.out 7>&- &
  exec 8>hold
  eventually test -s idle.out
  run_leat hub clients --hub ./t  # nor has another door more room
  [ "$status" != 0 ]
  before=$(ticks)
  end=$((SECONDS + 2))
  eventually passed $end
  [ $(($(ticks) - before)) -lt 60 ] || { echo "$(($(ticks) - before)) ticks of 200"; return 1; }
  seq -f "%.0f $(printf '%02000d' 0)" 70000 >all  # the history needs more files for it
  cat all >&7
  eventually has_line acked 70001
  sed -i '1i 0' all
  eventually is_same got all
  exec 8>&-
  run_line 'leat sub --hub ./s kept.n --start all --until eof --in lines | cmp - all'  # there is room again
  expect_status 0
  exec 7>&-
}

# LEAT_HUB_CONNECTIONS=10000 for a long look.
@test "a connection that is idle costs little" {
  count=${LEAT_HUB_CONNECTIONS:-2000}
  limit=$(ulimit -Hn)
  if [ "$limit" != unlimited ] && [ "$limit" -lt $((count + 100)) ]; then count=$((limit - 100)); fi
  ulimit -Sn "$limit"
  start_hub
  leat pub --hub ./s idle.0 warm
  before=$(resident)
  mkfifo hold
  faults idle s "$count" <hold >idle.out &
  exec 8>hold
  eventually has_line idle.out "$count"
  each=$((($(resident) - before) * 1024 / count))
  echo "# $count connections with a subscription: $each bytes each" >&3
  sanitized || [ $each -lt 12288 ]
  leat pub --hub ./s other.0 x
  exec 8>&-
}

@test "a thousand clients that come back at once have all they missed" {
  ulimit -Sn "$(ulimit -Hn)"
  start_hub --history 'news.>' --data kept
  seq 50 | leat pub --hub ./s news.a --in lines
  faults storm s 1000 >storm.out 2>storm.err &
  storm=$!
  eventually has_line storm.out 'all have 50'
  kill -9 $hub
  wait $hub || true
  rm s
  seq 51 100 | "$LEAT" pub --hub ./s news.a --in lines --retry attempts=forever,base=50ms 2>pub.err &
  publisher=$!
  eventually grep -q 'No such file' pub.err
  start_hub --history 'news.>' --data kept
  wait $publisher
  eventually has_line storm.out 'all have 100'
  leat pub --hub ./s news.a last
  wait $storm
  [ "$(tail -n 1 storm.out)" = 'readers 1000 that differ 0 least 100' ]
}

# Waits for `last` to reach all who watch, the rest of whose queues may be full.
all_told() {
  leat pub --hub ./s "$1" last
  [ "$(cat watch.* | grep -c -e ' True ' -e closed)" = "$2" ]
}
fields() { tail -n 1 "watch.$1"; }

@test "one that is stopped is treated as it asked for, and the others get everything meanwhile" {
  start_hub --grace 1s
  stopped=()
  for slow in dropOldest dropNewest latestPerKey disconnect block; do
    faults watch s flow $slow >watch.$slow &
    stopped+=($!)
    eventually has_line watch.$slow subscribed
  done
  "$LEAT" sub --hub ./s flow --in lines --name well >got &
  eventually is_here well
  kill -STOP "${stopped[@]}"
  make_all() { seq -f "%.0f $(printf '%01000d' 0)" 12000; }
  run_line "$(declare -f make_all); make_all | leat pub --hub ./s flow --in lines --print-acked | tail -n 1"
  expect_out 12000
  make_all >all
  eventually is_same got all
  kill -CONT "${stopped[@]}"
  eventually all_told flow 5
  [ "$(fields disconnect)" = closed ]
  for slow in dropOldest dropNewest latestPerKey block; do
    read -r count lost ordered first last <<<"$(fields $slow)"
    echo "$slow: $count $lost $ordered $first $last"
    [ "$ordered" = True ]
    [ "$lost" -gt 0 ]
    [ $((count + lost)) -ge 12000 ]
    if [ $slow = dropNewest ]; then
      [ "$first" = 1 ]
    else
      [ $((count + lost)) = 12000 ]
      [ "$last" = 12000 ]
    fi
  done
}

@test "one that is stopped goes on from the history as if nothing had been" {
  start_hub --history 'kept.>,bytes=100MB' --data kept --grace 1s
  stopped=()
  for slow in spill byHub; do
    faults watch s kept.flow $slow >watch.$slow &
    stopped+=($!)
    eventually has_line watch.$slow subscribed
  done
  "$LEAT" sub --hub ./s kept.flow --in lines --count 12000 >got &
  well=$!
  kill -STOP "${stopped[@]}"
  seq -f "%.0f $(printf '%01000d' 0)" 12000 >all
  run_line 'leat pub --hub ./s kept.flow --in lines --print-acked <all | tail -n 1'
  expect_out 12000
  wait $well
  cmp all got
  kill -CONT "${stopped[@]}"
  eventually all_told kept.flow 2
  for slow in spill byHub; do [ "$(fields $slow)" = '12000 0 True 1 12000' ]; done
}

@test "frames that are none, too long, cut off or out of their order trouble nobody else" {
  start_hub --history 'kept.>' --max-message 1MiB
  start_flow ./s
  before=$(resident)
  for seed in 1 2 3; do
    run_line "python3 $LEAT_SOURCE/tests/cli/hub_faults.py garbage s $seed 1000"
    expect_status 0
    [ "$(awk '{ print $2 + $4 }' <<<"$output")" = 1000 ]
  done
  flow_is_whole 6000
  sanitized || [ $(($(resident) - before)) -lt 65536 ] || { echo "grew from $before to $(resident) KiB"; return 1; }
}
