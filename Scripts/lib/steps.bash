# Shared by the scripts of this folder: what a step says, packages of the system, a Python environment.
# To be sourced by a script that has set -euo pipefail.

step() { printf '\n== %s\n' "$*"; }
say() { printf '   %s\n' "$*"; }
fail() {
  printf '\n%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

as_root() {
  if [[ $(id -u) -eq 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "installing packages needs root: run as root, or install by hand: apt-get install ${missing[*]}"
  fi
}

# install_packages NAME...: by name, only those that are missing.
install_packages() {
  command -v dpkg-query >/dev/null || fail "this script knows only Debian and its kin; install by hand: $*"
  local name
  missing=()
  for name in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || missing+=("$name")
  done
  if [[ ${#missing[@]} -eq 0 ]]; then
    say "already there: $*"
    return
  fi
  say "installing ${missing[*]}"
  as_root apt-get update -qq || fail "apt-get update failed: is this machine online?"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    fail "apt-get could not install ${missing[*]}"
}

# python_environment FOLDER REQUIREMENTS: a virtual environment with just these, made anew when the list changes.
# Fails (status 1) without ending the script when the packages cannot be had.
python_environment() {
  local folder=$1 requirements=$2
  if cmp -s "$requirements" "$folder/requirements.txt"; then
    say "already there: Python with $(paste -sd' ' "$requirements")"
    return
  fi
  say "making a Python environment with $(paste -sd' ' "$requirements")"
  rm -rf "$folder"
  python3 -m venv "$folder" &&
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements" &&
    cp "$requirements" "$folder/requirements.txt" # written last: a half-made environment does not count
}

# One optimised build serves the program and its tests (numeric Swift is some 60 times slower unoptimised).
swift_flags=(-c release -Xswiftc -enable-testing)
system_packages=(libsqlite3-dev libjpeg-dev libxml2-dev libpng-dev zlib1g-dev pkg-config python3-venv)
