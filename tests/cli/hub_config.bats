# A hub by its file: who may do what, and what becomes of it when the file is read again.
# shellcheck disable=SC2016,SC2154 # what stands in quotes is for another shell, bats sets stderr
load helpers

teardown() {
  jobs -p | xargs -r kill 2>/dev/null || true
  rm -rf "${open:-}"
}

# A place for a hub at TCP: nobody listens there now.
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# Two hubs of leat.toml, at one place: `shop` and `stranger` show different tokens.
make_tokens() {
  port=$(free_port)
  leat hub token >shop.token 2>shop.hash
  mkdir -p conf/leat
  export XDG_CONFIG_HOME=$PWD/conf
  printf '[hubs.%s]\naddress = "tcp://127.0.0.1:%s"\ntoken = "%s"\n' \
    shop "$port" '${file:'"$PWD"'/shop.token}' stranger "$port" '${file:'"$PWD"'/guess}' >conf/leat/leat.toml
  echo nonsense >guess
}

# The principal of shop, with more lines of its own.
principal() { printf '[[principal]]\nname = "shop"\n%s\n' "$(cat shop.hash)"; printf '%s\n' "$@"; }

start_hub() {
  rm -f hub.log
  "$LEAT" hub --config hub.toml "$@" >hub.log 2>&1 7>&- &
  hub_pid=$!
  eventually grep -qs 'listening' hub.log
}

# The hub reads its file once more; $1 is what it says of that.
reload() {
  : >hub.log
  kill -HUP "$hub_pid"
  eventually grep -q -- "$1" hub.log
}

@test "the file says what the command line can, and the command line wins" {
  cat >hub.toml <<'TOML'
listen = "unix-listen:file.sock"
data = "kept"
[[history]]
name = "all"
subjects = ["a.>", "b"]
TOML
  start_hub --listen unix-listen:word.sock
  [ ! -e file.sock ]
  run_leat pub --quiet --hub ./word.sock --ack synced a.x 1
  expect_status 0
  [ -d kept/all ]
}

@test "a file with mistakes is refused with all of them" {
  printf 'lisen = "x"\n[[principal]]\nname = "a"\ntoken = "secret"\n' >hub.toml
  run_leat hub --config hub.toml
  expect_status 78
  expect_err "^hub.toml:1:1: a hub's file has no 'lisen' [(]did you mean listen[?][)]$"
  expect_err '^hub.toml:4:1: principal\[0\].token: a token is not written out here .*leat hub token'
  run_leat hub --config none.toml
  expect_status 66
}

@test "who has a token may do what its principal may, and nothing else" {
  make_tokens
  { echo "listen = \"tcp-listen://127.0.0.1:$port\""; principal 'publish = "orders.>"' 'subscribe = "bills.*"'; } >hub.toml
  start_hub
  run_leat pub --quiet --hub shop orders.eu 1
  expect_status 0
  run_leat pub --quiet --hub shop bills.eu 1
  expect_status 1
  expect_err 'may not publish to bills.eu'
  run_leat sub --hub shop 'orders.>'
  expect_status 66
  expect_err 'may not subscribe to orders.> [(]denied[)]'
  run_leat hub stats --hub shop
  expect_status 1
  expect_err 'this client may not ask for that'
  run_leat pub --quiet --hub stranger orders.eu 1
  expect_status 74
  expect_err "that token is nobody's"
}

@test "a reload takes rights away from those who are here, and a mistake changes nothing" {
  make_tokens
  { echo "listen = \"tcp-listen://127.0.0.1:$port\""; principal 'publish = ["a", "b"]' 'subscribe = ["a", "b"]'; } >hub.toml
  start_hub --listen unix-listen:hub.sock --listen "tcp-listen://127.0.0.1:$port"
  leat sub --hub shop a --codec lines --out lines >got.a 2>err.a &
  leat sub --hub shop b --codec lines --out lines >got.b 2>err.b &
  eventually eval '[ "$(leat hub stats --hub ./hub.sock --json | leat map .subscriptions)" = 2 ]'

  echo '[[principle]]' >>hub.toml
  reload 'hub.toml changes nothing'
  grep -q "hub.toml:7:3: a hub's file has no 'principle' (did you mean principal?)" hub.log
  leat pub --quiet --hub shop a first
  eventually grep -qx first got.a

  { principal 'publish = "b"' 'subscribe = "b"'; } >hub.toml
  reload 'has been read again: 1 principals'
  eventually grep -q 'may not subscribe to a any more (denied)' err.a
  run_leat pub --quiet --hub shop a second
  expect_status 1
  leat pub --quiet --hub shop b third
  eventually grep -qx third got.b
  [ "$(cat got.a)" = first ]

  : >hub.toml
  reload 'has been read again: 0 principals'
  eventually grep -q 'is not to be here any more (denied)' err.b
  wait "$(jobs -p | tail -n 1)" || true
}

@test "what only another start can change is named when the file is read again" {
  echo 'listen = "unix-listen:hub.sock"' >hub.toml
  start_hub
  printf 'listen = "unix-listen:other.sock"\ngrace = "1s"\n[[history]]\nsubjects = "a"\n' >hub.toml
  reload 'what waits for another start of the hub: listen, grace, history'
  [ ! -e other.sock ]
  run_leat hub stats --hub ./hub.sock
  expect_status 0
}

@test "too many wrong tokens shut the door for the right one too, at that place alone" {
  make_tokens
  { echo "listen = [\"tcp-listen://127.0.0.1:$port\", \"unix-listen:hub.sock\"]"; echo 'max_failed_logins = 3'; principal 'publish = ">"'; } >hub.toml
  start_hub
  for _ in 1 2 3; do run_leat pub --quiet --hub stranger a 1; expect_err "that token is nobody's"; done
  run_leat pub --quiet --hub shop a 1
  expect_status 74
  grep -q '127.0.0.1: 3 logins have failed within a minute' hub.log
  run_leat hub stats --hub ./hub.sock
  expect_status 0
}

@test "a unix socket is for its owner, and for others where somebody else may come in" {
  : >hub.toml
  start_hub --listen unix-listen:hub.sock
  [ "$(stat -c %a hub.sock)" = 600 ]
  kill "$hub_pid"
  wait "$hub_pid"
  printf '[[principal]]\nname = "others"\nusers = ["nobody"]\npublish = "a"\n' >hub.toml
  start_hub --listen unix-listen:hub.sock
  [ "$(stat -c %a hub.sock)" = 666 ]
  [ "$(id -u)" = 0 ] || skip 'only root can be somebody else'
  open=$(mktemp -d /tmp/leat-others.XXXXXX)
  chmod 755 "$open"
  cp "$LEAT" "$open/leat"
  kill "$hub_pid"
  wait "$hub_pid"
  start_hub --listen "unix-listen:$open/hub.sock"
  as_nobody() { run_line "cd $open && setpriv --reuid=nobody --clear-groups env -u HOME -u XDG_CONFIG_HOME ./leat $*"; }
  as_nobody pub --quiet --hub ./hub.sock a 1
  expect_status 0
  as_nobody pub --quiet --hub ./hub.sock b 1
  expect_status 1
  as_nobody hub stats --hub ./hub.sock
  expect_status 1
}
