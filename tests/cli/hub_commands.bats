# What is asked of a hub that runs, and what is done with the folder of one that does not.
# shellcheck disable=SC2016,SC2154 # what stands in quotes is for another shell, bats sets stderr
load helpers

# A hub of this test, at ./hub.sock; more options may follow.
start_hub() {
  "$LEAT" hub --listen unix-listen:hub.sock "$@" >hub.log 2>&1 7>&- &
  hub_pid=$!
  eventually test -S hub.sock
}

# A hub with a folder of two histories, ended: 3 messages of a.>, of which each went to the disk by itself, and 1 of b.
fill_folder() {
  start_hub --data kept --history 'a.>,name=all' --history b
  for n in 1 2 3; do leat pub --hub ./hub.sock --quiet a.x "{\"n\":$n,\"pad\":\"0123456789012345678901234567890123456789\"}"; done
  printf 'caf\xc3\xa9\n' | leat pub --hub ./hub.sock --quiet --codec lines --in lines b
  kill -TERM "$hub_pid"
  wait "$hub_pid"
}

# The second message of a.> gets another byte on the disk.
flip_byte() {
  python3 - <<'PY'
import glob
(path,) = glob.glob("kept/all/*.segment")
bytes = bytearray(open(path, "rb").read())
bytes[bytes.index(b'{"n":2') + 20] ^= 1
open(path, "wb").write(bytes)
PY
}

subscribed() { leat hub clients --hub ./hub.sock | grep -q 'pattern kept'; }

@test "stats and clients are lines for a person, and as JSON what the hub says, on one line" {
  start_hub --history 'kept.>'
  leat sub --hub ./hub.sock --name watcher 'kept.*' >got 2>/dev/null &
  eventually subscribed
  leat pub --hub ./hub.sock kept.a '{"n":1}'
  eventually test -s got
  run_leat hub stats --hub ./hub.sock
  expect_status 0
  expect_err ''
  grep -Eq '^messages in +1$' <<<"$output"
  grep -Eq '^name +first +next +bytes$' <<<"$output"
  grep -Eq '^kept\.> +1 +2 +[0-9]+$' <<<"$output"
  run_leat hub stats --hub ./hub.sock --json
  [ "$(wc -l <<<"$output")" = 1 ]
  [ "$(leat --quiet map '[.messages_in, .histories[0].next]' <<<"$output")" = '[1,2]' ]
  run_leat hub metrics --hub ./hub.sock
  [ "$(tail -n 1 <<<"$output")" = '# EOF' ]
  run_leat hub clients --hub ./hub.sock
  grep -Eq '^watcher +unix user' <<<"$output"
  grep -Eq '^  pattern kept\.\*  delivered 1 ' <<<"$output"
}

@test "a client that is shown the door is told so, and one who is not there cannot be" {
  start_hub --history 'kept.>'
  leat sub --hub ./hub.sock --name watcher 'kept.*' >got 2>err &
  eventually subscribed
  run_leat hub kick --hub ./hub.sock watcher
  expect_status 0
  expect_out 'kicked  watcher'
  eventually grep -q 'shown the door' err
  eventually subscribed
  run_leat hub kick --hub ./hub.sock nobody
  expect_status 1
  expect_err '^leat: hub kick: there is no client nobody$'
  run_leat hub kick --hub ./hub.sock
  expect_status 2
  expect_err 'wants NAME'
  run_leat hub stats --hub ./none
  expect_status 74
  expect_err 'cannot connect to the hub at ./none'
  run_leat hub kik --hub ./hub.sock watcher
  expect_status 2
  expect_err 'did you mean kick'
}

@test "a hub that is told to drain comes to its end" {
  start_hub
  run_leat hub drain --hub ./hub.sock
  expect_status 0
  wait "$hub_pid"
  [ ! -e hub.sock ]
}

@test "a sound folder is sound, whole messages come out of it, and they go into another hub" {
  fill_folder
  run_leat hub verify kept
  expect_status 0
  grep -Eq '^all: sound, 3 messages in 1 segment, .* 1 to 3$' <<<"$output"
  grep -Eq '^b: sound, 1 message in 1 segment' <<<"$output"
  run_line 'leat hub dump kept --history all --from 2 | leat --quiet --in envelope --out ndjson map "[\$subject, \$meta.seq, \$meta.history]"'
  expect_status 0
  expect_out '["a.x",2,"all"]
["a.x",3,"all"]'
  run_line 'leat hub dump kept --subject b | leat --quiet --in envelope --out lines'
  expect_out 'café'
  start_hub --history '>'
  run_line 'leat hub dump kept | leat --in envelope --out capnp --to "hub:{\$subject}" --hub ./hub.sock'
  expect_status 0
  run_line 'leat sub --hub ./hub.sock ">" --start all --count 4 --codec lines --out lines'
  expect_out '{"n":1,"pad":"0123456789012345678901234567890123456789"}
{"n":2,"pad":"0123456789012345678901234567890123456789"}
{"n":3,"pad":"0123456789012345678901234567890123456789"}
café'
}

@test "bytes that are no text are base64, and a reader that leaves ends the dump quietly" {
  start_hub --data kept --history a
  printf '\xff\xfe\n' | leat pub --hub ./hub.sock --quiet --codec lines --in lines a
  head -c 2000000 /dev/zero | tr '\0' x | fold -w 1000 | leat pub --hub ./hub.sock --quiet --codec lines --in lines a
  kill -TERM "$hub_pid"
  wait "$hub_pid"
  run_line 'leat hub dump kept | head -n 1'
  [[ $output = *'"payload_base64":"//4="'* ]]
  expect_err ''
  run_line 'leat hub dump kept >/dev/full'
  expect_status 74
}

@test "one flipped byte is found and told, and repair leaves a sound folder behind it" {
  fill_folder
  flip_byte
  run_leat hub verify kept
  expect_status 1
  grep -Eq '^all: damaged, 2 messages' <<<"$output"
  grep -Eq '^kept/all/.*segment: damaged: message 2$' <<<"$output"
  grep -q '^b: sound' <<<"$output"
  run_line 'leat hub dump kept --history all 2>gaps | leat --in envelope --out ndjson map "\$meta.seq"'
  expect_status 1
  expect_out '1
3'
  grep -q '^leat: all: the numbers 2 to 2 are damaged$' gaps
  run_leat hub repair kept
  expect_status 0
  grep -Eq '^kept/all/.*segment: written anew' <<<"$output"
  grep -q '^all: message 2 cannot be had again$' <<<"$output"
  run_leat hub verify kept
  expect_status 0
  run_leat hub repair kept
  expect_out 'all: sound, nothing to do
all: message 2 cannot be had again
b: sound, nothing to do
dead: sound, nothing to do'
}

@test "a folder that is in use is not repaired, and one that is none of a hub is refused" {
  start_hub --data kept --history a
  run_leat hub repair kept
  expect_status 74
  expect_err 'another process has this log open'
  mkdir other
  run_leat hub verify other
  expect_status 66
  expect_err 'other is no data folder of a hub'
  run_leat hub verify none
  expect_status 66
  run_leat hub dump kept --history b
  expect_status 2
  expect_err "there is no history 'b' [(]there is a, dead[)]"
}

@test "a token is 256 bits of URL-safe text on stdout, its hash on stderr" {
  run_leat hub token
  expect_status 0
  [[ $output =~ ^[A-Za-z0-9_-]{43}$ ]]
  [ "$stderr" = "token_sha256 = \"$(printf %s "$output" | sha256sum | cut -d' ' -f1)\"" ]
  first=$output
  run_leat hub token
  [ "$output" != "$first" ]
}
