# The ends at a hub, and pub, sub and req, against a hub.
# shellcheck disable=SC2016,SC2154 # what stands in quotes is for another shell, bats sets stderr
load helpers

# A hub of this test, at ./hub.sock, that keeps the history of kept.>
start_hub() {
  "$LEAT" hub --listen unix-listen:hub.sock --history 'kept.>' >hub.log 2>&1 7>&- &
  hub_pid=$!
  eventually test -S hub.sock
}

@test "what is published is read from the history, from its beginning, its end, a number and a time" {
  start_hub
  run_line 'seq 5 | leat pub --hub ./hub.sock kept.n'
  expect_status 0
  run_line 'leat sub --hub ./hub.sock "kept.>" --start all --count 5'
  expect_out "$(seq 5)"
  run_line 'leat sub --hub ./hub.sock "kept.>" --start last=2 --count 2'
  expect_out "$(seq 4 5)"
  run_line 'leat sub --hub ./hub.sock kept.n --start seq=3 --count 3'
  expect_out "$(seq 3 5)"
  run_line 'leat sub --hub ./hub.sock kept.n --start time=2020-01-01T00:00:00Z --count 5'
  expect_out "$(seq 5)"
  run_line 'leat sub --hub ./hub.sock kept.n --start all --where ". > 3" --count 2'
  expect_out "$(seq 4 5)"
}

@test "--until eof ends with what the history held, in memory, on the disk, and where there is none" {
  "$LEAT" hub --listen unix-listen:hub.sock --history 'mem.>' >hub.log 2>&1 7>&- &
  "$LEAT" hub --listen unix-listen:disk.sock --history 'mem.>' --data kept >disk.log 2>&1 7>&- &
  eventually test -S hub.sock
  eventually test -S disk.sock
  for sock in hub.sock disk.sock; do
    seq 3000 | leat pub --hub "./$sock" mem.n
    run_line "leat sub --hub ./$sock mem.n --start all --until eof"
    expect_status 0
    expect_out "$(seq 3000)"
    run_line "leat sub --hub ./$sock mem.n --start seq=2990 --until eof"
    expect_out "$(seq 2990 3000)"
    for nothing in 'mem.n --start all --where "false"' 'mem.other --start all' 'mem.n' 'unkept'; do
      run_line "leat sub --hub ./$sock $nothing --until eof"
      expect_status 0
      expect_out ''
    done
  done
}

@test "messages that the history has let go are missing in the summary" {
  "$LEAT" hub --listen unix-listen:hub.sock --history 'kept.>,count=10' >hub.log 2>&1 7>&- &
  eventually test -S hub.sock
  seq 100 | leat pub --hub ./hub.sock kept.n
  run_line 'leat --summary --from hub:kept.n --hub ./hub.sock --start seq=1 --until eof'
  expect_out "$(seq 91 100)"
  expect_err '^source .* missing 90$'
}

@test "words are records as they are written, and --print-acked counts those the hub has" {
  start_hub
  run_leat pub --hub ./hub.sock --print-acked kept.words 'plain text' '{"a": 1}' '"\(1)"'
  expect_status 0
  [ "$(tail -n 1 <<<"$output")" = 3 ]
  run_line 'leat --in lines --out lines --from "hub:kept.words" --hub ./hub.sock --start all --until count=3'
  expect_out "$(printf '%s\n' 'plain text' '{"a": 1}' '"\(1)"')"
}

@test "a subject is made of the record, and a record whose subject is none fails alone" {
  start_hub
  run_line 'printf "%s\n" "{\"r\":\"eu\",\"n\":1}" "{\"r\":\"*\",\"n\":2}" "{\"r\":\"us\",\"n\":3}" | leat --to "hub:kept.{.r}" --hub ./hub.sock --key .n'
  expect_status 1
  expect_err 'is no subject'
  run_line 'leat --from "hub:kept.>" --hub ./hub.sock --start all --until count=2 map "{s: \$subject, seq: \$meta.seq, key: \$meta.key, n}"'
  expect_out '{"s":"kept.eu","seq":1,"key":"1","n":1}
{"s":"kept.us","seq":2,"key":"3","n":3}'
}

@test "artifacts go and come whole, and a payload that is none of the codec fails with its bytes" {
  start_hub
  run_line 'echo "{\"n\":1}" | leat set subject=\"mine\" then set meta.x=7 --to hub:kept.a --hub ./hub.sock'
  expect_status 0
  run_line 'leat --from hub:kept.a --hub ./hub.sock --start all --until count=1 map "[\$subject, \$meta.x, .n]"'
  expect_out '["mine",7,1]'
  run_line 'leat pub --hub ./hub.sock kept.b "{\"n\":" "{\"n\":2}"'
  expect_status 0
  run_line 'leat --from hub:kept.b --hub ./hub.sock --start all --until count=2 map .n then dlq bad.ndjson'
  expect_out 2
  run_line 'leat dlq ls bad.ndjson'
  [[ $output = *malformed*hub:kept.b:2* ]]
  run_line 'leat dlq replay bad.ndjson'
  expect_out '{"n":'
}

@test "a request is answered by a pipeline, and one that nobody hears or answers ends with status 1" {
  start_hub
  run_leat req --hub ./hub.sock echo hello
  expect_status 1
  expect_err 'leat: echo: .*no-receiver'
  "$LEAT" --in lines --out lines --from hub:echo --hub ./hub.sock map '"re: " + .' --to 'hub:{$meta.reply_to}' --hub ./hub.sock 2>err &
  echo_pid=$!
  eventually timeout 10 "$LEAT" req --hub ./hub.sock echo ready
  run_leat req --hub ./hub.sock echo hello world
  expect_out 're: hello
re: world'
  expect_status 0
  run_line 'printf "a\nb\n" | leat req --hub ./hub.sock echo'
  expect_out 're: a
re: b'
  kill -STOP "$echo_pid"
  run_leat req --hub ./hub.sock --timeout 200ms echo hello
  expect_status 1
  expect_err '^leat: echo: nobody has answered within 200ms$'
  kill -CONT "$echo_pid"
}

@test "two hubs after each other: a kill -9 in the middle loses no record of the publisher" {
  start_hub
  mkfifo in
  "$LEAT" pub --hub ./hub.sock --print-acked kept.n <in >acked 2>err &
  pub=$!
  exec 7>in
  seq 100 >&7
  eventually grep -qx 100 acked
  kill -9 "$hub_pid"
  wait "$hub_pid" || true
  seq 101 200 >&7
  eventually grep -q 'trying again' err
  rm -f hub.sock
  start_hub
  exec 7>&-
  wait "$pub"
  [ "$(tail -n 1 acked)" = 200 ]
  run_line 'leat sub --hub ./hub.sock kept.n --start all --count 100'
  expect_out "$(seq 101 200)"
}

@test "a subscriber goes on behind its last message when the connection is cut" {
  start_hub
  python3 - <<'PY' &
import os, socket, threading
def cut(*both):
    for s in both:
        try: s.shutdown(socket.SHUT_RDWR)
        except OSError: pass
def pump(a, b):
    try:
        while data := a.recv(65536): b.sendall(data)
    except OSError: pass
    cut(a, b)
l = socket.socket(socket.AF_UNIX); l.bind("proxy.sock"); l.listen()
for n in range(100):
    a, _ = l.accept(); b = socket.socket(socket.AF_UNIX); b.connect("hub.sock")
    threading.Thread(target=pump, args=(a, b), daemon=True).start()
    left = 20000  # bytes of the hub, then it is cut
    while left > 0 and (data := b.recv(min(left, 4096))): a.sendall(data); left -= len(data)
    cut(a, b)
PY
  eventually test -S proxy.sock
  seq 2000 | leat pub --hub ./hub.sock kept.n
  run_line 'leat sub --hub ./proxy.sock kept.n --start all --until eof'
  expect_status 0
  expect_out "$(seq 2000)"
  expect_err 'trying again'
}

@test "a hub that is not there is exit 66 for a source and 74 for a sink, after its attempts" {
  run_leat sub --hub ./none kept.n
  expect_status 66
  expect_err 'cannot connect to the hub at ./none: No such file'
  run_line 'seq 2 | leat --to hub:a --hub ./none --retry attempts=3,base=1ms'
  expect_status 74
  expect_err '[(]3 attempts[)]'
  run_line 'seq 2 | leat dlq dead.ndjson --to hub:a --hub ./none'
  expect_status 0
  [ "$(leat dlq ls dead.ndjson | grep -c connect)" = 2 ]
}

@test "what the hub refuses fails by its word, and the rest is delivered" {
  start_hub
  run_line 'printf "\"a\"\n\"\$client.nobody\"\n\"b\"\n" | leat --to "hub:{.}" --hub ./hub.sock'
  expect_status 1
  expect_err 'no-receiver'
  run_line 'seq 1 | leat --to hub:kept.x --hub ./hub.sock --ack synced'
  expect_status 1
  expect_err 'the hub refuses it: .*no-history'
}

@test "hubs have names in leat.toml, and options that mean nothing are refused" {
  start_hub
  mkdir -p conf/leat
  printf '[hubs.mine]\naddress = "unix:%s/hub.sock"\n' "$PWD" >conf/leat/leat.toml
  export XDG_CONFIG_HOME=$PWD/conf
  run_line 'seq 3 | leat pub --hub mine kept.n && leat sub --hub mine kept.n --start all --count 3'
  expect_out "$(seq 3)"
  run_leat pub --hub mime kept.n x
  expect_status 2
  expect_err 'no hub is named .mime. in leat.toml .did you mean mine'
  run_leat --from 'hub:a..b'
  expect_status 2
  run_leat --from hub:a --follow
  expect_status 2
  run_line 'seq 1 | leat --to hub:a --append'
  expect_status 2
  run_line 'seq 1 | leat --to out --ack synced'
  expect_status 2
}

@test "a durable subscription brings again what was not delivered, and after so often it is a dead letter" {
  start_hub
  printf '{"n":%d}\n' 1 2 | leat pub --hub ./hub.sock kept.n
  # The second message cannot be mapped, and ends the run.
  worker='leat --strict --quiet --from hub:kept.n --durable work --start all --max-deliver 2 --hub ./hub.sock --until eof map "if .n == 2 then error(\"no\") else .n end"'
  run_line "$worker"
  expect_status 65
  expect_out 1
  run_line "$worker"  # what came with it is given again, by itself
  expect_status 65
  expect_out 1
  leat pub --hub ./hub.sock kept.n '{"n":3}'
  run_line "$worker"
  expect_status 0
  expect_out 3
  run_line 'leat sub --hub ./hub.sock "\$dead.work" --start all --until count=1'
  expect_out '{"n":2}'
  run_line 'leat --from "hub:\$dead.work" --hub ./hub.sock --start all --until count=1 map "\$meta | [.dead_subject, .dead_history, .dead_seq, .dead_reason, .dead_deliveries]"'
  expect_out '["kept.n","kept.>","2","deliveries","2"]'
  run_leat hub forget --hub ./hub.sock work
  expect_status 0
  run_leat hub forget --hub ./hub.sock work
  expect_status 1
  expect_err 'there is no durable subscription work'
  run_leat sub --hub ./hub.sock kept.n --ack-wait 5s
  expect_status 2
  expect_err 'belong to --durable'
}
