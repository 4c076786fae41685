# shellcheck shell=bash
# The program of a release, for the step that would build it otherwise. To be sourced after lib.sh.
#
# A release belongs to one commit. The action runs its program only where the action itself is that commit: at the tag
# of the version, or at the commit that the release names. Whoever pins the action by a commit knows what is run.

# What rustc calls this runner; nothing where no release has a program for it.
release_target() {
  case ${RUNNER_OS:-}-${RUNNER_ARCH:-} in
    Linux-X64) printf 'x86_64-unknown-linux-musl' ;;
    Linux-ARM64) printf 'aarch64-unknown-linux-musl' ;;
    macOS-X64) printf 'x86_64-apple-darwin' ;;
    macOS-ARM64) printf 'aarch64-apple-darwin' ;;
  esac
}

# download ADDRESS FILE: over TLS alone, also behind redirects, and not without end.
download() {
  curl --silent --show-error --fail --location --proto '=https' --proto-redir '=https' --tlsv1.2 \
    --max-time 120 --max-filesize 100000000 --output "$2" "$1" 2>/dev/null
}

# fetch_release BINARY: leaves the program there, and fails where there is none that is known to be of this commit.
# `why` says the reason. A checksum that does not fit is no reason to build: it ends the step.
fetch_release() {
  local binary=$1 version target address folder sum wanted
  # shellcheck disable=SC2034 # told by whoever calls this
  why=''
  version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$GITHUB_ACTION_PATH/Cargo.toml" | head -1)
  target=$(release_target)
  if [[ -z ${KEYSWEEP_REPOSITORY:-} ]]; then
    why='the action is used from a folder, not from its repository'
    return 1
  fi
  if [[ -z $target ]]; then
    why='no release has a program for this kind of runner'
    return 1
  fi
  address="${GITHUB_SERVER_URL:-}/$KEYSWEEP_REPOSITORY/releases/download/v$version"
  # shellcheck disable=SC2154 # lib.sh sets it
  folder=$(mktemp -d "$work/release.XXXXXXXX")
  if [[ ${KEYSWEEP_REF:-} != "v$version" ]]; then
    if ! download "$address/commit.txt" "$folder/commit.txt" ||
      [[ $(head -c 40 "$folder/commit.txt") != "${KEYSWEEP_REF:-none}" ]]; then
      why="version $version was not released from ${KEYSWEEP_REF:-what the action is}"
      return 1
    fi
  fi
  if ! download "$address/keysweep-$target.tar.gz" "$folder/archive"; then
    # shellcheck disable=SC2034 # told by whoever calls this
    why="release v$version has no program for $target, or cannot be reached"
    return 1
  fi
  wanted=${KEYSWEEP_WANTED_SHA256:-}
  if [[ -z $wanted ]]; then
    download "$address/keysweep-$target.tar.gz.sha256" "$folder/sum" ||
      fail "release v$version has no checksum for $target; nothing was run"
    wanted=$(head -c 64 "$folder/sum")
  fi
  sum=$(checksum "$folder/archive")
  [[ $sum == "$wanted" ]] ||
    fail "the program of release v$version is not what its checksum says (SHA-256 $sum); nothing was run"
  { rm -rf "${work:?}/bin" && mkdir "$work/bin" &&
    tar -xzf "$folder/archive" -C "$folder" "keysweep-$target/keysweep" &&
    cp "$folder/keysweep-$target/keysweep" "$binary" && chmod 755 "$binary"; } 2>/dev/null ||
    fail "the archive of release v$version cannot be unpacked; nothing was run"
  rm -rf "$folder"
}
