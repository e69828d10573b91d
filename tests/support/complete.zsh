# zsh -f complete.zsh COMPLETION_FILE LINE EXPECTED: types LINE and a tab at a prompt; says what came and succeeds if EXPECTED did.
zmodload zsh/zpty
zpty -b shell 'TERM=dumb PS1= zsh -f -i'
all=
# reads until the pattern has come, at most 10 s
await() {
  local piece
  for _ in {1..1000}; do
    while zpty -r -t shell piece 2>/dev/null; do all+=${piece//$'\a'/}; done
    [[ $all == *${~1}* ]] && return 0
    sleep 0.01
  done
  print -r -- "never came: $1; but: $all"
  return 1
}
zpty -w shell "autoload -Uz compinit && compinit -u -D && source $1 && echo pre''pared"
await prepared || exit 1
all=
zpty -w -n shell "$2"$'\t'
await "$3"
