// A visitor of the page of docs/guides/browser.md: node visit.mjs MODULE RPC WORK OWNER BUYER
// The node signs for its own accounts, as a wallet would; prints what the visitor saw.
import { pathToFileURL } from "node:url";

const [module, rpc, work, owner, buyer] = process.argv.slice(2);
let account = buyer;
const asked = [];

async function request({ method, params = [] }) {
  asked.push(method);
  if (method === "eth_requestAccounts") return [account];
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const headers = { "content-type": "application/json" };
  const answer = await (await fetch(rpc, { method: "POST", headers, body })).json();
  if (answer.error) throw Object.assign(new Error(answer.error.message), answer.error);
  return answer.result;
}

globalThis.window = { ethereum: { request } };
const page = await import(pathToFileURL(module));
const workId = BigInt(work);

const sales = [];
const stop = page.watchSales(workId, (sale) => sales.push(sale));
// The filter stands before anything is sold.
while (!asked.includes("eth_newFilter")) await new Promise((done) => setTimeout(done, 20));

const [posted] = await page.offersOf(workId);
const bought = await page.buy(posted, { count: 2n });
const none = await page.offersOf(workId);

account = owner;
const signed = await page.signOffer(workId, posted.termsHash, 5n, { quantity: 3n });
account = buyer;
const again = await page.buy(signed.offer, { signature: signed.signature });

let refusal = null;
await page.buy({ ...signed.offer, price: 4n }, { signature: signed.signature }).catch((error) => {
  refusal = error.walk((each) => each.name === "ContractFunctionRevertedError").data.errorName;
});

const rights = [await page.mayUse(1n, buyer, "COMMERCIAL"), await page.mayUse(1n, buyer, "TRAIN")];
for (let tries = 0; sales.length < 2 && tries < 100; tries++) {
  await new Promise((done) => setTimeout(done, 100));
}
stop();

const seen = {
  status: [bought.status, again.status],
  left: none.length,
  signed: JSON.parse(signed.json),
  refusal,
  rights,
  sales: sales.map(({ count, paid, buyer }) => [Number(count), Number(paid), buyer]),
};
console.log(JSON.stringify(seen));
process.exit(0);
