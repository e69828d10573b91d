#compdef leat
# zsh completion for leat: asks the program itself.
_leat() {
  local line word help files=0
  local -a plain open
  for line in ${(f)"$(_call_program candidates ${(q)words[1]} __complete -- ${(q)words[2,CURRENT-1]} ${(q)PREFIX} 2>/dev/null)"}; do
    if [[ $line == :file ]]; then
      files=1
      continue
    fi
    word=${line%%$'\t'*} help=${line#*$'\t'}
    # In what _describe takes, a colon parts the word from its help.
    if [[ $word == *[=:/] ]]; then
      open+=("${word//:/\\:}:$help")
    else
      plain+=("${word//:/\\:}:$help")
    fi
  done
  _describe leat plain
  _describe leat open -S ''
  ((files)) && _files
}
if [[ $funcstack[1] == _leat ]]; then
  _leat "$@"
else
  compdef _leat leat
fi
