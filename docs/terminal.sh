#!/usr/bin/env bash
# Makes docs/terminal.svg: what `keysweep history --demo` prints, colours and all, as a picture.
# Run it after a change of the report or of the demo. The moment is fixed, so that the same
# program gives the same picture. KEYSWEEP names a program that is built already. Needs perl, which
# comes with git on most systems.
set -euo pipefail
cd "$(dirname "$0")/.."

[ -n "${KEYSWEEP-}" ] || cargo build --release --locked --quiet
# Status 1 is what the demo is for: it has findings that fail.
text=$("${KEYSWEEP:-target/release/keysweep}" history --demo --color always --now 2026-11-24) || [ $? -eq 1 ]

printf '$ keysweep history --demo\n%s\n' "$text" | perl -CSD -Mutf8 -e '
    use strict; use warnings;
    my ($columns, $width, $height, $margin) = (104, 7.83, 18, 16);
    my %colour = (31 => "#ff7b72", 32 => "#7ee787", 33 => "#e3b341", 34 => "#79c0ff",
                  35 => "#d2a8ff", 36 => "#76e3ea");
    my @rows;
    while (my $line = <STDIN>) {
        chomp $line;
        # To characters with their style, so that a long line can be folded between words.
        my (@cells, $style); $style = "";
        while ($line =~ /\G(?:\e\[([0-9;]*)m|(.))/gs) {
            if (defined $2) { push @cells, [$2, $style]; next }
            for my $code (split /;/, length $1 ? $1 : "0") {
                if    ($code == 0) { $style = "" }
                elsif ($code == 1) { $style .= " font-weight=\"bold\"" }
                elsif ($code == 2) { $style .= " fill=\"#8b949e\"" }
                elsif ($colour{$code}) { $style .= " fill=\"$colour{$code}\"" }
            }
        }
        while (@cells > $columns) {
            my $cut = $columns;
            $cut-- while $cut > 20 && $cells[$cut][0] ne " ";
            push @rows, [@cells[0 .. $cut - 1]];
            @cells = ((map { [" ", ""] } 1 .. 10), @cells[$cut + 1 .. $#cells]);
        }
        push @rows, [@cells];
    }
    my $w = int($columns * $width + 2 * $margin);
    my $h = @rows * $height + 2 * $margin;
    print qq{<svg xmlns="http://www.w3.org/2000/svg" width="$w" height="$h" viewBox="0 0 $w $h" role="img">\n};
    print qq{<title>What keysweep history --demo prints</title>\n};
    print qq{<rect width="$w" height="$h" rx="8" fill="#0d1117"/>\n};
    print qq{<g fill="#e6edf3" font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,DejaVu Sans Mono,monospace" font-size="13">\n};
    my $y = $margin + 13;
    for my $row (@rows) {
        my ($out, $last) = ("", "");
        for my $cell (@$row) {
            my ($char, $style) = @$cell;
            if ($style ne $last) {
                $out .= "</tspan>" if $last ne "";
                $out .= "<tspan$style>" if $style ne "";
                $last = $style;
            }
            $char =~ s/([&<>])/"&#" . ord($1) . ";"/e;
            $out .= $char;
        }
        $out .= "</tspan>" if $last ne "";
        print qq{<text x="$margin" y="$y" xml:space="preserve">$out</text>\n} if length $out;
        $y += $height;
    }
    print "</g>\n</svg>\n";
' > docs/terminal.svg.new
mv docs/terminal.svg.new docs/terminal.svg
