// Checks eip712.json with viem: node tests/vectors/check.mjs [FILE]
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  concatHex,
  domainSeparator,
  encodeAbiParameters,
  hashStruct,
  hashTypedData,
  keccak256,
  recoverTypedDataAddress,
  toHex,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";

const path = process.argv[2] ?? fileURLToPath(new URL("eip712.json", import.meta.url));
const vectors = JSON.parse(readFileSync(path, "utf8"));
const account = privateKeyToAccount(vectors.key);
const domainType = [
  { name: "name", type: "string" },
  { name: "version", type: "string" },
  { name: "chainId", type: "uint256" },
  { name: "verifyingContract", type: "address" },
];

function same(found, expected, what) {
  if (found !== expected) throw new Error(`${what}: ${found}, expected ${expected}`);
}

// "Edge(uint256 parent,...)" and what follows it, as viem's types.
function typesOf(struct) {
  const types = {};
  for (const [, name, members] of vectors.types[struct].matchAll(/(\w+)\(([^)]*)\)/g)) {
    types[name] = members.split(",").map((member) => {
      const [type, key] = member.split(" ");
      return { name: key, type };
    });
  }
  return types;
}

// Large integers are strings in JSON and bigints in viem.
function valueOf(types, type, value) {
  if (type.endsWith("[]")) return value.map((item) => valueOf(types, type.slice(0, -2), item));
  if (types[type]) {
    return Object.fromEntries(
      types[type].map(({ name, type: kind }) => [name, valueOf(types, kind, value[name])]),
    );
  }
  return type.startsWith("uint") ? BigInt(value) : value;
}

function structHash(struct, message) {
  const types = typesOf(struct);
  const data = valueOf(types, struct, message);
  return hashStruct({ data, primaryType: struct, types });
}

const words = (types) => types.map((type) => ({ type }));
const twice = (data) => keccak256(keccak256(data));
const leaves = {
  certify: ({ value, salt }) => {
    const { chainId, verifyingContract } = vectors.domains.registry.domain;
    const kind = toHex("Leaf(uint256 chainId,address registry,bytes32 certify,bytes32 salt)");
    return twice(
      encodeAbiParameters(words(["bytes32", "uint256", "address", "bytes32", "bytes32"]), [
        keccak256(kind),
        BigInt(chainId),
        verifyingContract,
        structHash("Certify", value),
        salt,
      ]),
    );
  },
  offers: ({ value }) => twice(structHash("Offer", value)),
  limits: ({ value }) =>
    twice(
      encodeAbiParameters(
        typesOf("AskLimits").AskLimits,
        Object.values(valueOf(typesOf("AskLimits"), "AskLimits", value)),
      ),
    ),
  works: ({ value }) => twice(toHex(BigInt(value), { size: 32 })),
};

async function check() {
  same(account.address, vectors.account, "account");
  for (const [name, { domain, separator }] of Object.entries(vectors.domains)) {
    const found = domainSeparator({ domain, types: { EIP712Domain: domainType } });
    same(found, separator, `domain ${name}`);
  }
  for (const vector of vectors.signed) {
    const types = typesOf(vector.struct);
    const typed = {
      domain: vectors.domains[vector.domain].domain,
      types,
      primaryType: vector.struct,
      message: valueOf(types, vector.struct, vector.message),
    };
    const hash = structHash(vector.struct, vector.message);
    same(hash, vector.structHash, `${vector.name}: struct hash`);
    same(hashTypedData(typed), vector.digest, `${vector.name}: digest`);
    const signature = await account.signTypedData(typed);
    same(signature, vector.signature, `${vector.name}: signature`);
    const signer = await recoverTypedDataAddress({ ...typed, signature: vector.signature });
    same(signer, vectors.account, `${vector.name}: signer`);
  }
  for (const vector of vectors.hashed) {
    const hash = structHash(vector.struct, vector.message);
    same(hash, vector.structHash, `${vector.struct}: struct hash`);
  }
  for (const tree of vectors.trees) {
    for (const entry of tree.leaves) {
      let node = leaves[tree.kind](entry);
      same(node, entry.leaf, `${tree.kind}: leaf`);
      for (const sibling of entry.path) {
        node = keccak256(concatHex([node, sibling].sort()));
      }
      same(node, tree.root, `${tree.kind}: root`);
    }
  }
  const { signed, hashed, trees } = vectors;
  console.log(`viem: ${signed.length} signed, ${hashed.length} hashed, ${trees.length} trees`);
}

check().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
