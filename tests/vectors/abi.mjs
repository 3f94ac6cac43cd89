// Reads a frozen version with viem and prints what it computes: node tests/vectors/abi.mjs FOLDER
import { readFileSync, readdirSync } from "node:fs";
import { keccak256, toBytes, toEventSelector, toFunctionSelector } from "viem";

const folder = process.argv[2];
const read = (file) => JSON.parse(readFileSync(`${folder}/${file}`, "utf8"));
const found = { functions: {}, events: {}, types: {} };

for (const file of readdirSync(folder)) {
  if (file === "types.json") continue;
  const abi = read(file);
  const name = file.replace(".json", "");
  found.functions[name] = abi.filter((e) => e.type === "function").map(toFunctionSelector);
  found.events[name] = abi.filter((e) => e.type === "event").map(toEventSelector);
}
const types = read("types.json");
for (const group of [types.hashed, ...Object.values(types.signed)]) {
  for (const [name, { type }] of Object.entries(group)) {
    found.types[name] = keccak256(toBytes(type));
  }
}
console.log(JSON.stringify(found));
