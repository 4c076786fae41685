// Makes the npm packages: one for each platform with its program, and `keysweep`, which depends on all of them and
// runs the one that npm installed. Nothing is downloaded when they are installed, and no script runs then.
//
//   node build.mjs OUT PLATFORM=PROGRAM...      for example linux-x64=target/.../keysweep
//
// The version is that of Cargo.toml.

import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");

/** What npm calls each platform, and the name of the program there. */
export const platforms = {
  "linux-x64": { os: "linux", cpu: "x64", program: "keysweep" },
  "linux-arm64": { os: "linux", cpu: "arm64", program: "keysweep" },
  "darwin-x64": { os: "darwin", cpu: "x64", program: "keysweep" },
  "darwin-arm64": { os: "darwin", cpu: "arm64", program: "keysweep" },
  "win32-x64": { os: "win32", cpu: "x64", program: "keysweep.exe" },
};

const [out, ...given] = process.argv.slice(2);
if (!out || given.length === 0) {
  console.error("usage: node build.mjs OUT PLATFORM=PROGRAM...");
  process.exit(2);
}

const manifest = readFileSync(join(root, "Cargo.toml"), "utf8");
const field = (name) => {
  const line = manifest.match(new RegExp(`^${name} = "(.*)"$`, "m"));
  if (!line) throw new Error(`Cargo.toml has no ${name}`);
  return line[1];
};
const common = {
  version: field("version"),
  description: field("description"),
  license: field("license"),
};
// A statement of provenance has to name the repository that the package names.
const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = process.env;
if (server && repository) {
  common.repository = { type: "git", url: `git+${server}/${repository}.git` };
}

rmSync(out, { recursive: true, force: true });
for (const pair of given) {
  const [platform, program] = pair.split(/=(.*)/s);
  const known = platforms[platform];
  if (!known) {
    console.error(`there is no platform ${platform}; there are ${Object.keys(platforms).join(", ")}`);
    process.exit(2);
  }
  const dir = join(out, `keysweep-${platform}`);
  mkdirSync(dir, { recursive: true });
  copyFileSync(program, join(dir, known.program));
  chmodSync(join(dir, known.program), 0o755);
  licences(dir);
  write(dir, {
    name: `keysweep-${platform}`,
    ...common,
    os: [known.os],
    cpu: [known.cpu],
    files: [known.program, "LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY-NOTICES"],
    preferUnplugged: true,
  });
}

const dir = join(out, "keysweep");
mkdirSync(join(dir, "bin"), { recursive: true });
copyFileSync(join(here, "keysweep.js"), join(dir, "bin", "keysweep.js"));
chmodSync(join(dir, "bin", "keysweep.js"), 0o755);
copyFileSync(join(here, "README.md"), join(dir, "README.md"));
licences(dir);
write(dir, {
  name: "keysweep",
  ...common,
  keywords: ["secrets", "scanner", "security", "git", "sarif"],
  bin: { keysweep: "bin/keysweep.js" },
  files: ["bin/keysweep.js", "LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY-NOTICES"],
  engines: { node: ">=18" },
  optionalDependencies: Object.fromEntries(
    Object.keys(platforms).map((platform) => [`keysweep-${platform}`, common.version]),
  ),
});

function licences(dir) {
  for (const name of ["LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY-NOTICES"]) {
    copyFileSync(join(root, name), join(dir, name));
  }
}

function write(dir, description) {
  writeFileSync(join(dir, "package.json"), `${JSON.stringify(description, null, 2)}\n`);
}
