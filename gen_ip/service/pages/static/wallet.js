// Wallets by EIP-6963 (how they are found) and EIP-1193 (how they are asked). The page's buttons
// carry what is to be sent and signed; all of it is shown before the wallet is asked.
const wallets = new Map();
addEventListener("eip6963:announceProvider", ({ detail }) => {
  if (detail?.info?.uuid && detail.provider) wallets.set(detail.info.uuid, detail);
});
dispatchEvent(new Event("eip6963:requestProvider"));

const dialog = document.getElementById("wallet");
const words = dialog?.dataset ?? {};
const body = dialog?.querySelector(".body");
const state = dialog?.querySelector(".state");
const buttons = dialog?.querySelector(".buttons");
const PAUSE = 1000;
const CONFIRMATIONS = 2;
// How often something is tried that the site can do only once it has read the latest block.
const LOOKS = 30;

class Told extends Error {}

const element = (name, text) => Object.assign(document.createElement(name), { textContent: text });
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const pause = () => new Promise((done) => setTimeout(done, PAUSE));

function button(text, act, second) {
  const made = element("button", text);
  made.type = "button";
  if (second) made.className = "second";
  made.addEventListener("click", act);
  return made;
}

function show(plan, ...more) {
  const list = document.createElement("dl");
  const lines = [
    [words.youPay, plan.pays],
    [words.youGet, plan.gets],
    [words.chain, plan.steps.length ? String(Number(plan.chain)) : ""],
  ].filter(([, value]) => value);
  for (const [name, value] of lines) list.append(element("dt", name), element("dd", value));
  const steps = document.createElement("ol");
  for (const step of plan.steps) steps.append(element("li", step.what));
  body.replaceChildren(list, steps, ...more);
}

function open(plan) {
  const known = [...wallets.values()];
  state.textContent = known.length ? "" : words.none;
  const choice = document.createElement("select");
  choice.id = "wallet-choice";
  for (const each of known) choice.append(new Option(each.info.name, each.info.uuid));
  const label = element("label", words.choose);
  label.htmlFor = choice.id;
  show(plan, ...(known.length > 1 ? [label, choice] : []));
  const go = button(words.goOn, () => run(plan, wallets.get(choice.value)));
  const cancel = button(words.cancel, () => dialog.close(), true);
  buttons.replaceChildren(...(known.length ? [go, cancel] : [cancel]));
  if (!dialog.open) dialog.showModal();
}

async function run(plan, { provider }) {
  buttons.replaceChildren();
  try {
    const [from] = await provider.request({ method: "eth_requestAccounts" });
    if (plan.account && plan.account.toLowerCase() !== from.toLowerCase())
      throw new Told(words.wrongAccount);
    await onChain(provider, plan.chain);
    let block;
    for (const [place, step] of plan.steps.entries()) {
      const values = { step: place + 1, steps: plan.steps.length, what: step.what };
      state.textContent = filled(words.step, values);
      if (step.sign) await signed(provider, from, step);
      else block = await sent(provider, from, step);
    }
    if (plan.then) await seen(plan.then);
    state.textContent = block ? `${filled(words.done, { block })} ${words.doneMore}` : words.kept;
    buttons.replaceChildren(button(words.close, () => leave(plan.then)));
  } catch (error) {
    const told =
      error instanceof Told
        ? error.message
        : error?.code === 4001
          ? words.rejected
          : filled(words.failed, { reason: String(error?.message ?? error).slice(0, 300) });
    state.textContent = told;
    buttons.replaceChildren(button(words.close, () => dialog.close()));
  }
}

async function sent(provider, from, { to, data, value, above }) {
  let whole = data;
  if (above) {
    const asked = { method: "eth_call", params: [{ to: above.to, data: above.data }, "latest"] };
    const there = BigInt(await provider.request(asked));
    const wanted = there + BigInt(`0x${data.slice(-64)}`);
    const most = 2n ** 256n - 1n;
    whole = data.slice(0, -64) + (wanted > most ? most : wanted).toString(16).padStart(64, "0");
  }
  const transaction = { from, to, data: whole, value };
  try {
    await provider.request({ method: "eth_call", params: [transaction, "latest"] });
  } catch (error) {
    throw new Told(filled(words.wouldFail, { reason: String(error?.message).slice(0, 200) }));
  }
  const hash = await provider.request({ method: "eth_sendTransaction", params: [transaction] });
  state.textContent = words.waiting;
  return mined(provider, hash);
}

// Signs once, and hands in every document that the signature is for.
async function signed(provider, from, step) {
  const signature = await provider.request({
    method: "eth_signTypedData_v4",
    params: [from, step.sign],
  });
  state.textContent = words.handing;
  for (const document of step.documents) {
    const made = structuredClone(document);
    const last = step.place.at(-1);
    let part = made;
    for (const name of step.place.slice(0, -1)) part = part[name];
    part[last] = signature;
    await handed(step.keep, JSON.stringify(made));
  }
}

async function handed(path, body) {
  const headers = { "Content-Type": "application/json" };
  for (let looks = 0; ; looks++) {
    const answer = await fetch(path, { method: "POST", headers, body });
    if (answer.ok) return;
    // A work that was certified just now may not be read yet.
    if (answer.status !== 422 || looks === LOOKS) {
      const problem = await answer.json().catch(() => ({}));
      throw new Told(filled(words.refused, { reason: problem.detail ?? answer.status }));
    }
    await pause();
  }
}

const fresh = (path) => fetch(path, { cache: "reload", headers: { Accept: "text/html" } });

// Until there is a page of what was done.
async function seen(path) {
  for (let looks = 0; looks < LOOKS; looks++) {
    if ((await fresh(path)).ok) return;
    await pause();
  }
}

// To a page, as it is now and not as it was kept.
async function leave(path) {
  if (!path) return location.reload();
  await fresh(path);
  location.assign(path);
}

async function onChain(provider, wanted) {
  const is = async () =>
    Number(await provider.request({ method: "eth_chainId" })) === Number(wanted);
  if (await is()) return;
  try {
    await provider.request({
      method: "wallet_switchEthereumChain",
      params: [{ chainId: wanted }],
    });
  } catch (error) {
    if (error?.code === 4001) throw error;
  }
  if (!(await is())) throw new Told(words.wrongChain);
}

// The block that has the transaction, once another is on top or nothing comes any more.
async function mined(provider, hash) {
  const ask = (method, ...params) => provider.request({ method, params });
  let seen = null;
  for (let looks = 0; ; looks++) {
    const receipt = await ask("eth_getTransactionReceipt", hash);
    if (receipt?.blockNumber) {
      if (Number(receipt.status) !== 1) throw new Told(words.reverted);
      const head = Number(await ask("eth_blockNumber"));
      if (seen === receipt.blockHash || head - Number(receipt.blockNumber) >= CONFIRMATIONS - 1)
        return Number(receipt.blockNumber);
      seen = receipt.blockHash;
    } else if (seen) {
      throw new Told(words.reorganized);
    } else if (looks && !(await ask("eth_getTransactionByHash", hash))) {
      throw new Told(words.replaced);
    }
    await pause();
  }
}

if (dialog) {
  for (const each of document.querySelectorAll("[data-plan]"))
    each.addEventListener("click", () => open(JSON.parse(each.dataset.plan)));
  for (const each of document.querySelectorAll("[data-account]"))
    each.after(button(words.useMine, () => account(each), true));
}

// Fills in the account of the first wallet there is.
async function account(input) {
  const [found] = wallets.values();
  if (!found) {
    open({ pays: "", gets: "", chain: "0x0", steps: [] });
    return;
  }
  try {
    [input.value] = await found.provider.request({ method: "eth_requestAccounts" });
    input.dispatchEvent(new Event("change", { bubbles: true }));
  } catch {
    // Who refuses types it.
  }
}
