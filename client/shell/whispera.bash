# Ask Whispera from bash without starting Python. Prints the command, runs nothing.
#
#   source /path/to/client/shell/whispera.bash   in ~/.bashrc
#   ws open chrome                               prints: gtk-launch -- google-chrome
#
# All arguments are words of what is said. The daemon is the one at $WHISPERA_SOCKET,
# else at the place that `whispera paths` shows. Several commands are printed one a
# line; what has no command is told on standard error. Returns what `w` exits with:
#
#   0 proposed, 1 no way to do it here, 2 nothing said, 3 not a command or unsure,
#   4 daemon not reachable, 5 daemon error
#
# Needs bash 3.2 or later and an `nc` that knows -U: that of OpenBSD (netcat-openbsd on
# Debian), of macOS, or ncat.

_whispera_socket() {  # sets REPLY to where the daemon's socket is
  local state=$HOME/.local/state runtime
  [[ ${XDG_STATE_HOME-} == /* ]] && state=$XDG_STATE_HOME
  runtime=$state/whispera/run
  [[ ${XDG_RUNTIME_DIR-} == /* ]] && runtime=$XDG_RUNTIME_DIR/whispera
  [[ -n ${WHISPERA_HOME-} ]] && runtime=$WHISPERA_HOME/run
  REPLY=${WHISPERA_SOCKET:-$runtime/whisperad.sock}
}

_whispera_quote() {  # sets REPLY to a text as a JSON string
  local number octal sign code
  REPLY=${1//\\/\\\\}
  REPLY=${REPLY//\"/\\\"}
  if [[ $REPLY == *[[:cntrl:]]* ]]; then
    for ((number = 1; number < 32; number++)); do
      printf -v octal '\\%03o' "$number"
      printf -v sign "$octal"
      printf -v code '\\u%04x' "$number"
      REPLY=${REPLY//"$sign"/"$code"}
    done
  fi
  REPLY="\"$REPLY\""
}

_whispera_text() {  # prints the JSON string that a text begins with, its quote left out
  local text=${1%%\"*} backslash='\' quote='"' slash=/
  # Other escapes stay as they are: they stand for what would control a terminal.
  text=${text//\\n/$'\n'}
  text=${text//\\\//"$slash"}
  text=${text//$'\2'/"$quote"}
  printf '%s\n' "${text//$'\1'/"$backslash"}"
}

_whispera_send() {  # prints the line that a socket answers to a line
  case $OSTYPE in
    # Only some must be told to say that nothing else comes, and only they know how.
    linux*) printf '%s\n' "$2" | nc -w 15 -N -U "$1" 2>/dev/null && return ;;
  esac
  printf '%s\n' "$2" | nc -w 15 -U "$1" 2>/dev/null
}

ws() {
  # JSON is UTF-8 whatever the locale says; bytes that are no signs stay as they are.
  local LC_ALL=C IFS=' '
  local REPLY socket said folder reply outcome rest
  if (($# == 0)); then
    printf '%s\n' 'nothing said, expected something like `ws open chrome`' >&2
    return 2
  fi
  _whispera_socket; socket=$REPLY
  _whispera_quote "$*"; said=$REPLY
  _whispera_quote "$PWD"; folder=$REPLY
  if ! type -P nc >/dev/null; then
    printf '%s\n' 'expected `nc` to be installed; `w` does without' >&2
    return 4
  fi
  # Whoever answers there must be nobody else.
  if ! [[ -S $socket && -O $socket ]]; then
    printf '%s\n' "nothing answers at $socket; start the daemon with \`whispera start\`" >&2
    return 4
  fi
  reply=$(_whispera_send "$socket" \
    "{\"type\":\"interpret\",\"utterance\":$said,\"cwd\":$folder}")
  # From here on a quote ends a string: escaped ones and backslashes are set aside.
  reply=${reply//\\\\/$'\1'}
  reply=${reply//\\\"/$'\2'}
  case $reply in
    '{"type":"interpretation",'*) ;;
    '{"type":"error",'*)
      _whispera_text "${reply#*\"message\":\"}" >&2
      return 5 ;;
    *)
      printf '%s\n' "nothing answers at $socket; start the daemon with \`whispera start\`" >&2
      return 4 ;;
  esac
  outcome=${reply#*\"outcome\":\"}
  case ${outcome%%\"*} in
    proposed)
      # `commands` and `confidence` are the daemon's: no slot stands between them.
      rest=${reply#*\"commands\":[}
      rest=${rest%%\"confidence\":*}
      while [[ $rest == *\"shown\":\"* ]]; do
        rest=${rest#*\"shown\":\"}
        _whispera_text "$rest"
      done ;;
    failed)
      rest=${reply#*\"results\":[}
      _whispera_text "${rest#*\"stderr\":\"}" >&2
      return 1 ;;
    none)
      printf '%s\n' "not a command: $said" >&2
      return 3 ;;
    unsure)
      printf '%s\n' "not sure what $said means; \`w\` tells what it may be" >&2
      return 3 ;;
    *)
      printf '%s\n' "expected an outcome that this version knows, found another" >&2
      return 5 ;;
  esac
}
