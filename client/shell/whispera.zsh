# Ask Whispera from zsh without starting Python. Prints the command, runs nothing.
#
#   source /path/to/client/shell/whispera.zsh    in ~/.zshrc
#   ws open chrome                               prints: open -a 'Google Chrome'
#   print -z -- "$(ws open chrome)"              puts it on the command line instead
#
# All arguments are words of what is said. The daemon is the one at $WHISPERA_SOCKET,
# else at the place that `whispera paths` shows. Several commands are printed one a
# line; what has no command is told on standard error. Returns what `w` exits with:
#
#   0 proposed, 1 no way to do it here, 2 nothing said, 3 not a command or unsure,
#   4 daemon not reachable, 5 daemon error
#
# Needs nothing but zsh: its own module zsh/net/socket speaks to the daemon.

_whispera_socket() {  # sets REPLY to where the daemon's socket is
  local state=$HOME/.local/state runtime
  [[ $XDG_STATE_HOME == /* ]] && state=$XDG_STATE_HOME
  runtime=$state/whispera/run
  [[ $XDG_RUNTIME_DIR == /* ]] && runtime=$XDG_RUNTIME_DIR/whispera
  [[ -n $WHISPERA_HOME ]] && runtime=$WHISPERA_HOME/run
  REPLY=${WHISPERA_SOCKET:-$runtime/whisperad.sock}
}

_whispera_quote() {  # sets REPLY to a text as a JSON string
  REPLY=${1//\\/\\\\}
  REPLY=${REPLY//\"/\\\"}
  REPLY="\"${REPLY//(#m)[[:cntrl:]]/\\u${(l:4::0:)$(( [##16] #MATCH ))}}\""
}

_whispera_text() {  # prints the JSON string that a text begins with, its quote left out
  local text=${1%%\"*}
  # Other escapes stay as they are: they stand for what would control a terminal.
  text=${text//\\n/$'\n'}
  text=${text//\\\//\/}
  print -r -- "${${text//$'\2'/\"}//$'\1'/\\}"
}

ws() {
  emulate -L zsh
  setopt extendedglob
  # JSON is UTF-8 whatever the locale says; bytes that are no signs stay as they are.
  local LC_ALL=C
  unsetopt multibyte
  local REPLY socket said folder reply outcome rest fd
  if (( $# == 0 )); then
    print -ru2 -- 'nothing said, expected something like `ws open chrome`'
    return 2
  fi
  zmodload zsh/net/socket || return 4
  _whispera_socket; socket=$REPLY
  _whispera_quote "$*"; said=$REPLY
  _whispera_quote "$PWD"; folder=$REPLY
  # Whoever answers there must be nobody else.
  if ! [[ -S $socket && -O $socket ]] || ! zsocket -- $socket 2>/dev/null; then
    print -ru2 -- "nothing answers at $socket; start the daemon with \`whispera start\`"
    return 4
  fi
  fd=$REPLY
  { print -ru$fd -- "{\"type\":\"interpret\",\"utterance\":$said,\"cwd\":$folder}" &&
    IFS= read -ru$fd -t 15 reply } 2>/dev/null
  exec {fd}>&-
  # From here on a quote ends a string: escaped ones and backslashes are set aside.
  reply=${${reply//\\\\/$'\1'}//\\\"/$'\2'}
  case $reply in
    ('{"type":"interpretation",'*) ;;
    ('{"type":"error",'*)
      _whispera_text "${reply#*\"message\":\"}" >&2
      return 5 ;;
    (*)
      print -ru2 -- "the daemon at $socket gave no answer; see \`whispera logs\`"
      return 4 ;;
  esac
  outcome=${reply#*\"outcome\":\"}
  case ${outcome%%\"*} in
    (proposed)
      # `commands` and `confidence` are the daemon's: no slot stands between them.
      rest=${${reply#*\"commands\":\[}%%\"confidence\":*}
      while [[ $rest == *\"shown\":\"* ]]; do
        rest=${rest#*\"shown\":\"}
        _whispera_text "$rest"
      done ;;
    (failed)
      rest=${reply#*\"results\":\[}
      _whispera_text "${rest#*\"stderr\":\"}" >&2
      return 1 ;;
    (none)
      print -ru2 -- "not a command: $said"
      return 3 ;;
    (unsure)
      print -ru2 -- "not sure what $said means; \`w\` tells what it may be"
      return 3 ;;
    (*)
      print -ru2 -- "expected an outcome that this version knows, found another"
      return 5 ;;
  esac
}
