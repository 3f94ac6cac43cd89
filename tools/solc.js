#!/usr/bin/env node
// solc's command line over its official WASM build, as far as ape, forge and slither use it.
//
// The native compiler is a download of its own, which some machines may not make; the WASM build
// comes locked with the other npm packages, runs on every platform and emits the same bytecode.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const compiler = require("./compiler.json");

function fail(message) {
  process.stderr.write(`solc: ${message}\n`);
  process.exit(1);
}

// A pipe whose writer is slow answers EAGAIN; what is not there yet comes a little later.
function readAll(fd) {
  const chunks = [];
  const buffer = Buffer.alloc(1 << 16);
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    let length;
    try {
      length = fs.readSync(fd, buffer, 0, buffer.length, null);
    } catch (error) {
      if (error.code === "EOF") break;
      if (error.code !== "EAGAIN") throw error;
      Atomics.wait(pause, 0, 0, 5);
      continue;
    }
    if (length === 0) break;
    chunks.push(Buffer.from(buffer.subarray(0, length)));
  }
  return Buffer.concat(chunks).toString("utf8");
}

// The compiler may read sources below the base path, nothing else.
function importer(base) {
  const root = path.resolve(base) + path.sep;
  return (name) => {
    const file = path.resolve(root, name);
    if (!file.startsWith(root)) return { error: `${name} lies outside ${root}` };
    try {
      return { contents: fs.readFileSync(file, "utf8") };
    } catch (error) {
      return { error: `${name}: ${error.message}` };
    }
  };
}

function parse(argv) {
  const options = { base: ".", input: null, json: false, version: false };
  const withValue = new Set(["--base-path", "--include-path", "--allow-paths"]);
  for (let i = 0; i < argv.length; i += 1) {
    const [name, inline] = argv[i].split("=", 2);
    if (name === "--version") options.version = true;
    else if (name === "--standard-json") options.json = true;
    else if (withValue.has(name)) {
      const value = inline ?? argv[(i += 1)];
      if (name === "--base-path") options.base = value;
    } else if (argv[i] === "-") options.input = null;
    else if (argv[i].startsWith("-")) fail(`${argv[i]} is not supported; use --standard-json`);
    else options.input = argv[i];
  }
  return options;
}

// ape cannot be told which metadata hash to append, and solc's default would make its bytecode
// differ from everyone else's in the last bytes: the project's own choice stands in.
function withDefaults(text) {
  const input = JSON.parse(text);
  input.settings = { ...input.settings };
  input.settings.metadata ??= compiler.settings.metadata;
  return JSON.stringify(input);
}

const options = parse(process.argv.slice(2));
if (options.version) {
  // Answered without loading the WASM: callers ask often, and loading takes two seconds.
  process.stdout.write(
    "solc, the solidity compiler commandline interface\n" +
      `Version: ${compiler.longVersion}.Emscripten.clang\n`,
  );
} else if (options.json) {
  const input = options.input === null ? readAll(0) : fs.readFileSync(options.input, "utf8");
  const solc = require("solc");
  if (!solc.version().startsWith(compiler.longVersion)) {
    fail(`node_modules has ${solc.version()}, not ${compiler.longVersion}; run make setup`);
  }
  process.stdout.write(
    solc.compile(withDefaults(input), { import: importer(options.base) }) + "\n",
  );
} else {
  fail("expected --version or --standard-json");
}
