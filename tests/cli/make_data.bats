# The sample log is what it says it is: every other test that reads it leans on this.
load helpers

@test "the same seed gives the same bytes, another seed others" {
  [ "$(make_data --bytes 1MB | md5sum)" = "$(make_data --bytes 1MB | md5sum)" ]
  [ "$(make_data --bytes 1MB --seed 2 | md5sum)" != "$(make_data --bytes 1MB | md5sum)" ]
}

@test "every record is JSON with the fields of a request, and the tally agrees with jq" {
  make_data --bytes 3MB --tally >log 2>tally
  jq -r '[.id, .status, .latency_ms, .upstream.status, .ts, .host, .ua, .msg] | map(type) | join(" ")' log | sort -u >types
  [ "$(cat types)" = "number number number number string string string string" ]
  [ "$(cat tally)" = "records=$(wc -l <log) broken=0 errors=$(jq 'select(.status >= 500) | .id' log | wc -l)" ]
}

@test "users are names, null and missing; one record in twenty has tags and spaces" {
  make_data --bytes 3MB >log
  [ "$(jq -r 'if has("user") then .user | type else "missing" end' log | sort -u | tr '\n' ' ')" = "missing null string " ]
  [ "$(grep -c '"tags": \[' log)" = "$((($(wc -l <log) + 19) / 20))" ]
}

@test "broken lines are refused by another parser, and leave the good ones as they were" {
  make_data --bytes 3MB --broken 5 --tally >log 2>tally
  run python3 -c '
import json
good = broken = 0
clean = dict((json.loads(l)["id"], l) for l in open("clean", "rb"))
for line in open("log", "rb"):
    try:
        good += 1; assert clean[json.loads(line.decode())["id"]] == line
    except ValueError:
        good -= 1; broken += 1
print(f"records={good + broken} broken={broken}")' < <(make_data --bytes 6MB >clean)
  [ "$status" = 0 ]
  [ "$output" = "$(cut -d' ' -f1,2 tally)" ]
  [[ $output != *broken=0 ]]
}

@test "text lines tell of the same requests" {
  make_data --bytes 1MB --text >text
  make_data --bytes 3MB >json
  head -n 1000 text | sed 's/.* \([A-Z]*\) \([^ ]*\) \([0-9]*\) \([0-9]*\) .* id=\([0-9]*\) .*/\5 \1 \2 \3 \4/' >from_text
  head -n 1000 json | jq -r '"\(.id) \(.method) \(.path) \(.status) \(.bytes)"' >from_json
  cmp from_text from_json
}

@test "a word it does not know is refused" {
  run make_data --sideways
  [ "$status" = 2 ]
}
