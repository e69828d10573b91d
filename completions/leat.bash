# bash completion for leat: asks the program itself.
_leat() {
  local cur words cword candidates candidate
  # Without the bash-completion package a : or = parts a word in two; then only words without them complete.
  if declare -F _get_comp_words_by_ref >/dev/null; then
    _get_comp_words_by_ref -n ':=' cur words cword
  else
    cur=${COMP_WORDS[COMP_CWORD]} cword=$COMP_CWORD words=("${COMP_WORDS[@]}")
  fi
  COMPREPLY=()
  mapfile -t candidates < <("${words[0]}" __complete -- "${words[@]:1:cword-1}" "$cur" 2>/dev/null)
  for candidate in "${candidates[@]}"; do
    if [[ $candidate == :file ]]; then
      compopt -o filenames
      mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$cur")
    else
      COMPREPLY+=("${candidate%%$'\t'*}")
    fi
  done
  # What is to be followed by a value, or by the rest of an address, gets no space.
  [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *[=:/] ]] && compopt -o nospace
  declare -F __ltrim_colon_completions >/dev/null && __ltrim_colon_completions "$cur"
  return 0
}
complete -F _leat leat
