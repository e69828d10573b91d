#!/usr/bin/env bats
# Completion in the real shells.
load helpers

# bash_completes WORD...: what a bash without any configuration offers for the last word.
bash_completes() {
  PATH=$(dirname "$LEAT"):$PATH bash --norc -c '
    source "$0"
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    compopt() { :; }  # only means something while a key is handled
    _leat
    printf "%s\n" "${COMPREPLY[@]}"' "$LEAT_SOURCE/completions/leat.bash" leat "$@"
}

@test "bash completes stages, options and values" {
  [ "$(bash_completes ta)" = take ]
  [ "$(bash_completes take 5 the)" = 'then' ]
  [ "$(bash_completes take 5 'then' ski)" = skip ]
  [ "$(bash_completes --on-error d | sort | tr '\n' ' ')" = 'dlq drop ' ]
  [ "$(bash_completes take 5 --to x --app)" = --append ]
}

@test "bash completes files where a file stands" {
  touch one.yaml
  [ "$(bash_completes run one)" = one.yaml ]
  [ "$(bash_completes --from one)" = one.yaml ]
}

@test "bash completes an operand with quotes and blanks before it" {
  [ "$(bash_completes batch "'a b'" --la)" = --latency ]
}

@test "zsh completes at a real prompt" {
  command -v zsh >/dev/null || skip 'no zsh here'
  PATH=$(dirname "$LEAT"):$PATH timeout 20 zsh -f "$LEAT_SOURCE/tests/support/complete.zsh" "$LEAT_SOURCE/completions/leat.zsh" 'leat take 5 then ski' 'then skip '
}

@test "fish completes with descriptions" {
  command -v fish >/dev/null || skip 'no fish here'
  run env PATH="$(dirname "$LEAT"):$PATH" HOME="$PWD" fish --no-config -c "source $LEAT_SOURCE/completions/leat.fish; complete -C 'leat take 5 then ski'"
  expect_status 0
  expect_out $'skip\tdrop the first N records and pass the rest'
}
