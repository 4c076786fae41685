#!/usr/bin/env node
// Runs the program of this platform, which npm installed as a package of its own, with our arguments, our streams and
// our ending. Nothing is downloaded here.
"use strict";

const { spawn } = require("node:child_process");
const { constants } = require("node:os");

const platform = `${process.platform}-${process.arch}`;
const program = process.platform === "win32" ? "keysweep.exe" : "keysweep";
let path;
try {
  path = require.resolve(`keysweep-${platform}/${program}`);
} catch {
  console.error(
    `keysweep: the package keysweep-${platform} is not installed. Either there is no program for this platform, ` +
      "or optional dependencies were left out: install again without --no-optional and --omit=optional.",
  );
  process.exit(2);
}

const child = spawn(path, process.argv.slice(2), { stdio: "inherit" });
// The terminal sends Ctrl-C to both; the program writes its reports and ends, and so do we, after it.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    if (signal !== "SIGINT") child.kill(signal);
  });
}
child.on("error", (error) => {
  console.error(`keysweep: ${path} cannot be started: ${error.message}`);
  process.exit(2);
});
child.on("exit", (code, signal) => {
  process.exit(signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? 2));
});
