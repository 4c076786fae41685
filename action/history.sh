# shellcheck shell=bash
# shellcheck source=action/lib.sh disable=SC2154
# Bringing the commits that a shallow checkout lacks. To be sourced after lib.sh.

# Whether a range can be read: both ends are there, and nothing of it is cut off.
range_is_here() {
  local base=$1 head=$2 cut
  in_repo cat-file -e "$base^{commit}" || return 1
  in_repo cat-file -e "$head^{commit}" || return 1
  [[ $(in_repo rev-parse --is-shallow-repository) == true ]] || return 0
  in_repo merge-base "$base" "$head" >/dev/null || return 1
  cut=$(in_repo rev-parse --git-path shallow)
  [[ $cut == /* ]] || cut="$GITHUB_WORKSPACE/$cut"
  # A commit whose parents are cut off would seem to bring everything in it.
  in_repo rev-list "$base..$head" >"$run/commits" || return 1
  ! grep --quiet --fixed-strings --line-regexp --file="$cut" "$run/commits"
}

# Fetches until the range can be read: first a little, in the end everything.
bring_range() {
  local base=$1 head=$2 depth
  range_is_here "$base" "$head" && return 0
  if [[ $(in_repo rev-parse --is-shallow-repository) != true ]]; then
    # A whole clone that lacks an end of the range, as after a forced push.
    in_repo fetch --quiet --no-tags origin "$base" "$head" >/dev/null || return 1
    range_is_here "$base" "$head"
    return
  fi
  for depth in 32 256 2048 2147483647; do
    in_repo fetch --quiet --no-tags --depth="$depth" origin "$base" "$head" >/dev/null || return 1
    range_is_here "$base" "$head" && return 0
  done
  return 1
}

# The tip of a branch of the origin, fetched when it is not there.
tip_of() {
  local name="refs/remotes/origin/$1" depth=()
  if [[ $(in_repo rev-parse --is-shallow-repository) == true ]]; then
    depth=(--depth=1)
  fi
  in_repo fetch --quiet --no-tags "${depth[@]}" origin "+refs/heads/$1:$name" >/dev/null || true
  in_repo rev-parse --verify "$name^{commit}"
}

# Everything the origin has, so that a history is whole.
bring_history() {
  [[ $(in_repo rev-parse --is-shallow-repository) == true ]] || return 0
  in_repo fetch --quiet --unshallow --tags origin '+refs/heads/*:refs/remotes/origin/*' >/dev/null
}
