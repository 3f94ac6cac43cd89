#!/usr/bin/env node
// The compiler kept loaded: a line of standard JSON in, a line of standard JSON out.
//
// Loading the WASM build and warming it up takes longer than compiling one contract.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const readline = require("node:readline");
const solc = require("solc");

const root = path.resolve(process.argv[2]) + path.sep;
const cache = new Map();

function read(name) {
  const file = path.resolve(root, name);
  if (!file.startsWith(root)) return { error: `${name} lies outside ${root}` };
  if (!cache.has(file)) {
    try {
      cache.set(file, fs.readFileSync(file, "utf8"));
    } catch (error) {
      return { error: `${name}: ${error.message}` };
    }
  }
  return { contents: cache.get(file) };
}

// Whoever asked may have been stopped.
process.stdout.on("error", () => process.exit(1));

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const output = solc.compile(line, { import: read });
  process.stdout.write(JSON.stringify(JSON.parse(output)) + "\n");
});
