# Shared by the scripts beside it: sourced, never run.
# Owns the words they print, the PATH they work with and the steps that need administrator rights.

# Every path is relative to the repository's root; nothing depends on where the caller stood.
ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT"

export CARGO_HOME=${CARGO_HOME:-$HOME/.cargo}
export PATH="$ROOT/end2end/node_modules/.bin:$CARGO_HOME/bin:$PATH"
if [ -n "${CI:-}" ]; then
  export CARGO_INCREMENTAL=0 # a clean checkout builds once: incremental state would only cost time and disk
fi

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
  BOLD=$'\e[1m' DIM=$'\e[2m' RED=$'\e[31m' RESET=$'\e[0m'
else
  BOLD='' DIM='' RED='' RESET=''
fi

heading() { printf '\n%s== %s%s\n' "$BOLD" "$*" "$RESET"; }
note() { printf '%s   %s%s\n' "$DIM" "$*" "$RESET"; }
die() {
  printf '%s%s%s\n' "$RED" "$*" "$RESET" >&2
  exit 1
}
# A program on the PATH; a shell function of that name is none.
have() { type -P "$1" >/dev/null 2>&1; }
seconds() { date +%s; }

# "95" becomes "1 min 35 s".
duration() {
  if [ "$1" -lt 60 ]; then echo "$1 s"; else echo "$(($1 / 60)) min $(($1 % 60)) s"; fi
}

# Runs a command as root: directly, or through sudo when it can work here.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif have sudo && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    sudo "$@"
  else
    return 126
  fi
}

# apt_install WHAT PACKAGE…: installs Debian packages, or says in one line what to do by hand.
APT_LISTS_FRESH=
apt_install() {
  local what=$1 status=0
  shift
  have apt-get || die "$what is missing, and only Debian-like systems are handled here: install it with your system's package manager and run this again."
  if [ -z "$APT_LISTS_FRESH" ]; then
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null || status=$?
    [ "$status" != 126 ] || die "$what is missing: run as root \`apt-get install $*\`, then run this again."
    [ "$status" = 0 ] || note "apt-get update had errors; going on with the lists that are there"
    APT_LISTS_FRESH=1
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" </dev/null >/dev/null ||
    die "$what could not be installed: \`apt-get install $*\` failed (its reason stands above)."
}

# The folder of PostgreSQL's server programs, newest version first; nothing when there is none.
postgres_bin() {
  local dir
  if have initdb && have pg_ctl; then
    dirname "$(command -v initdb)"
    return
  fi
  for dir in $(printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin | sort -rV); do
    if [ -x "$dir/initdb" ] && [ -x "$dir/pg_ctl" ]; then
      echo "$dir"
      return
    fi
  done
}

# A Chromium-like browser; CHROMIUM_PATH wins. Nothing when there is none.
chromium_path() {
  local name
  if [ -n "${CHROMIUM_PATH:-}" ]; then
    echo "$CHROMIUM_PATH"
    return
  fi
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    if have "$name"; then
      type -P "$name"
      return
    fi
  done
  # The one that Playwright downloads on systems without a package.
  (cd end2end 2>/dev/null && have node && [ -d node_modules/@playwright/test ] &&
    node -e 'const p = require("@playwright/test").chromium.executablePath(); if (require("fs").existsSync(p)) console.log(p)') || true
}
