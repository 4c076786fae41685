#!/usr/bin/env bash
# Makes docs/inventory.png, the page that `keysweep audit --demo` writes as a picture, and
# docs/inventory.txt, the words in it, which a test compares with what the program writes now.
# Run it after a change of the page or of the demo. KEYSWEEP names a program that is built already,
# CHROMIUM a browser that takes pictures without a screen.
set -euo pipefail
cd "$(dirname "$0")/.."

[ -n "${KEYSWEEP-}" ] || cargo build --release --locked --quiet
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
# Status 1 is what the demo is for: it has findings that fail.
"${KEYSWEEP:-target/release/keysweep}" audit --demo --now 2026-11-24 --quiet \
  --output "html=$made/page.html" >/dev/null || [ $? -eq 1 ]
perl -CSD -Mutf8 -0777 -pe '
  s/<style>.*?<\/style>|<script>.*?<\/script>|<svg.*?<\/svg>//gs;
  s/<[^>]*>/\n/g; s/&quot;/"/g; s/&#39;/\x27/g; s/&lt;/</g; s/&gt;/>/g; s/&amp;/&/g;
  s/[ \t]*\n\s*/\n/g; s/^\n//;
' "$made/page.html" >docs/inventory.txt
"${CHROMIUM:-chromium}" --headless --no-sandbox --disable-gpu --hide-scrollbars \
  --window-size=1400,1000 --screenshot="$made/page.png" "file://$made/page.html" 2>/dev/null
mv "$made/page.png" docs/inventory.png
