// Certificates at upload. A site loads this script and marks its upload form with data-gen-ip:
//
//   <form data-gen-ip> <input type="file" name="file"> <input name="title" data-gen-ip="name"> …
//
// Before the form goes on, the file is looked at, its creator sees what is found and signs it in a
// wallet (EIP-6963, EIP-1193; eth_signTypedData_v4), and the form has one more field, gen-ip: the
// name under which the upload is known from now on. Pages are shown no HTML of strangers here.
const me = document.querySelector("script[src*='certify.js']");
const base = new URL(".", me.src).pathname;
const words = {
  title: "Certificate for this work",
  looking: "Looking at the file…",
  own: "You have certified this file, or one like it: work {work}.",
  exact:
    "This very file is certified by somebody else: work {work}. Yours would be the later claim.",
  like: "It is like a work that is certified already: work {work} ({percent} %).",
  made: "It says that it was made with {name} (work {work}). A derivative shares its income with it.",
  makes: "Made with it",
  parent: "It is a derivative of work {work}, and shares its income with it.",
  share: "{percent} % of what you draw from it goes to {to}.",
  price: "License “{name}”: {price} each.",
  sign: "Sign",
  covered: "Certify",
  again: "Look again",
  skip: "Upload without a certificate",
  cancel: "Cancel",
  close: "Close",
  choose: "Wallet",
  none: "There is no wallet in this browser. Install one, or upload without a certificate.",
  signing: "Signature {step} of {steps}: your wallet asks.",
  handing: "Handing it in…",
  sending: "Transaction {step} of {steps}: your wallet asks.",
  waiting: "Waiting for the block…",
  bought: "Done.",
  wrongAccount: "The wallet's account is not the one that you are signed in with here.",
  wrongChain: "Switch the wallet to chain {chain}, then try again.",
  reverted: "The transaction was mined, but failed.",
  rejected: "Not signed: the wallet was told not to.",
  failed: "That failed: {reason}",
  free: "Signing costs nothing. The site brings it on chain.",
  ...JSON.parse(me.dataset.words ?? "{}"),
};
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const element = (name, text = "") =>
  Object.assign(document.createElement(name), { textContent: text });
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

class Told extends Error {}

// ------------------------------------------------------------------ wallets

const wallets = new Map();
addEventListener("eip6963:announceProvider", ({ detail }) => {
  if (detail?.info?.uuid && detail.provider) wallets.set(detail.info.uuid, detail);
});
dispatchEvent(new Event("eip6963:requestProvider"));

async function accountOf(provider) {
  const [account] = await provider.request({ method: "eth_requestAccounts" });
  if (!account) throw new Told(words.rejected);
  return account;
}

async function signed(provider, account, data) {
  const wanted = BigInt(data.domain.chainId);
  await onChain(provider, `0x${wanted.toString(16)}`);
  return provider.request({
    method: "eth_signTypedData_v4",
    params: [account, JSON.stringify(data)],
  });
}

async function onChain(provider, wanted) {
  const is = async () =>
    BigInt(await provider.request({ method: "eth_chainId" })) === BigInt(wanted);
  if (await is()) return;
  const params = [{ chainId: wanted }];
  await provider.request({ method: "wallet_switchEthereumChain", params }).catch((error) => {
    if (error?.code === 4001) throw error;
  });
  if (!(await is())) throw new Told(filled(words.wrongChain, { chain: BigInt(wanted) }));
}

async function mined(provider, hash) {
  for (;;) {
    const receipt = await provider.request({ method: "eth_getTransactionReceipt", params: [hash] });
    if (receipt?.blockNumber) {
      if (Number(receipt.status) !== 1) throw new Told(words.reverted);
      return;
    }
    await pause(700);
  }
}

// ---------------------------------------------------------------------- site

async function asked(path, options = {}) {
  const answer = await fetch(base + path, {
    ...options,
    headers: { "X-Gen-IP": "1", ...options.headers },
    credentials: "same-origin",
  });
  const document = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Told(document.detail ?? answer.statusText), document);
  return document;
}

const posted = (path, document) =>
  asked(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(document),
  });

// -------------------------------------------------------------------- dialog

const dialog = element("dialog");
dialog.setAttribute("aria-labelledby", "gen-ip-title");
dialog.className = "gen-ip";
dialog.style.maxWidth = "32rem";
const title = Object.assign(element("h2", words.title), { id: "gen-ip-title" });
const list = element("ul");
const choice = element("select");
const state = element("p");
state.setAttribute("role", "status");
const buttons = element("p");
dialog.append(title, list, choice, state, buttons);
document.body.append(dialog);

function shown(text, ...choices) {
  state.textContent = text;
  buttons.replaceChildren();
  for (const [label, act] of choices) {
    const made = Object.assign(element("button", label), { type: "button" });
    if (buttons.firstChild) made.className = "second";
    made.style.marginRight = ".5rem";
    made.addEventListener("click", act, { once: true });
    buttons.append(made);
  }
  if (!dialog.open) dialog.showModal();
}

// Which of the dialog's buttons was taken; escaping is the last.
function chosen(text, labels) {
  return new Promise((done) => {
    const last = labels.length - 1;
    const ended = () => done(last);
    dialog.addEventListener("cancel", ended, { once: true });
    const take = (place) => () => {
      dialog.removeEventListener("cancel", ended);
      done(place);
    };
    shown(text, ...labels.map((label, place) => [label, take(place)]));
  });
}

function offered() {
  const known = [...wallets.values()];
  choice.replaceChildren(...known.map(({ info }) => new Option(info.name, info.uuid)));
  choice.setAttribute("aria-label", words.choose);
  choice.hidden = known.length < 2;
  return known.length;
}

const taken = () => wallets.get(choice.value).provider;

const reason = (error) =>
  error?.code === 4001
    ? words.rejected
    : error instanceof Told
      ? error.message
      : filled(words.failed, { reason: String(error?.message ?? error).slice(0, 300) });

// -------------------------------------------------------------------- upload

// A decimal number of tokens in their smallest unit.
function smallest(text, decimals) {
  const found = /^(\d*)(?:[.,](\d*))?$/.exec(text.trim());
  if (!found || !(found[1] || found[2]) || (found[2] ?? "").length > decimals)
    throw new Told(filled(words.failed, { reason: `${text} is no price` }));
  return BigInt((found[1] || "0") + (found[2] ?? "").padEnd(decimals, "0")).toString();
}

function wishes(form, parents) {
  const query = new URLSearchParams();
  for (const each of form.querySelectorAll("[data-gen-ip]")) {
    const { genIp: what, terms, token, decimals } = each.dataset;
    if (!each.value.trim() || (each.type === "checkbox" && !each.checked)) continue;
    if (what === "price") {
      const price = smallest(each.value, Number(decimals ?? 18));
      query.append("ask", [terms, price, ...(token ? [token] : [])].join(":"));
    } else query.set(what, each.value.trim());
  }
  const all = [...(query.get("parents")?.split(",") ?? []), ...parents];
  if (all.length) query.set("parents", [...new Set(all)].join(","));
  return query;
}

// What licenses are to cost, as the form says it.
function asks(form) {
  const found = form.querySelectorAll('[data-gen-ip="price"]');
  return [...found]
    .filter((each) => each.value.trim())
    .map((each) => [each.labels?.[0]?.textContent ?? each.dataset.terms, each.value.trim()]);
}

function found(made, parents, prices) {
  const told = made.warnings.map(({ work, verdict, score, own }) => {
    const words_ = own ? words.own : verdict.startsWith("exact") ? words.exact : words.like;
    return element("li", filled(words_, { work, percent: Math.round(score * 100) }));
  });
  const [consent] = made.sign;
  const { payees = [], edges = [] } = consent?.message.certify ?? {};
  for (const { parent } of edges) told.push(element("li", filled(words.parent, { work: parent })));
  for (const { to, share } of payees)
    told.push(element("li", filled(words.share, { to, percent: Number(share) / 100 })));
  for (const [name, price] of prices)
    told.push(element("li", filled(words.price, { name, price })));
  const boxes = made.proposed.map(({ work, name }) => {
    const line = element("li", filled(words.made, { work, name }));
    const box = Object.assign(element("input"), { type: "checkbox", value: work });
    box.checked = parents.has(String(work));
    box.addEventListener("change", () => parents[box.checked ? "add" : "delete"](String(work)));
    const label = element("label", ` ${words.makes}`);
    label.prepend(box);
    line.append(" ", label);
    return line;
  });
  list.replaceChildren(...told, ...boxes);
}

// The name of a signed upload; null to go on without, undefined to stay.
async function certified(form, file) {
  const parents = new Set();
  list.replaceChildren();
  choice.hidden = true;
  for (;;) {
    shown(words.looking);
    let made;
    try {
      const body = new FormData();
      body.append("file", file);
      const asked_ = [...parents].join();
      made = await asked(`prepare?${wishes(form, parents)}`, { method: "POST", body });
      found(made, parents, asks(form));
      const covered = made.sign.length === 0;
      if (!covered && !offered()) {
        const at = await chosen(words.none, [words.skip, words.cancel]);
        return at === 0 ? null : undefined;
      }
      if (covered) choice.hidden = true;
      const labels = [covered ? words.covered : words.sign, words.skip, words.cancel];
      const at = await chosen(words.free, labels);
      if (at) return at === 1 ? null : undefined;
      // Other parents make another certificate.
      if ([...parents].join() !== asked_) continue;
    } catch (error) {
      const at = await chosen(reason(error), [words.again, words.skip, words.cancel]);
      if (at) return at === 1 ? null : undefined;
      continue;
    }
    try {
      const signatures = [];
      if (made.sign.length) {
        const provider = taken();
        const account = await accountOf(provider);
        const creator = made.sign[0].message.certify.creator;
        if (account.toLowerCase() !== creator.toLowerCase()) throw new Told(words.wrongAccount);
        for (const [place, data] of made.sign.entries()) {
          shown(filled(words.signing, { step: place + 1, steps: made.sign.length }));
          signatures.push(await signed(provider, account, data));
        }
      }
      shown(words.handing);
      const entry = await posted("submit", { upload: made.upload, signatures });
      return entry.key;
    } catch (error) {
      const at = await chosen(reason(error), [words.again, words.skip, words.cancel]);
      if (at) return at === 1 ? null : undefined;
    }
  }
}

async function upload(event) {
  const form = event.target;
  const [file] = form.querySelector("input[type=file]")?.files ?? [];
  if (!file || form.dataset.genIpDone) return;
  event.preventDefault();
  const key = await certified(form, file);
  dialog.close();
  if (key === undefined) return;
  form.dataset.genIpDone = "1";
  if (key !== null) {
    form.append(Object.assign(element("input"), { type: "hidden", name: "gen-ip", value: key }));
  }
  form.requestSubmit(event.submitter ?? undefined);
}

// --------------------------------------------------------- sales and delegation

// Does something with a wallet for a button, and tells how it went.
async function acted(button, act) {
  list.replaceChildren();
  try {
    if (!offered()) throw new Told(words.none);
    if (wallets.size > 1 && (await chosen("", [words.sign, words.cancel]))) return dialog.close();
    const provider = taken();
    await act(provider, await accountOf(provider));
    await chosen(words.bought, [words.close]);
    dialog.close();
    if (button.dispatchEvent(new Event("gen-ip-done", { bubbles: true, cancelable: true })))
      location.reload();
  } catch (error) {
    await chosen(reason(error), [words.close]);
    dialog.close();
  }
}

// Sends what the site says an account should.
const sent = (ask) => async (provider, account) => {
  for (let complete = false; !complete;) {
    const plan = await asked(ask(account));
    complete = plan.complete;
    await onChain(provider, plan.chain);
    for (const [place, each] of plan.transactions.entries()) {
      shown(filled(words.sending, { step: place + 1, steps: plan.transactions.length }));
      const transaction = { from: account, to: each.to, data: each.data, value: each.value };
      const params = [transaction];
      const hash = await provider.request({ method: "eth_sendTransaction", params });
      shown(words.waiting);
      await mined(provider, hash);
    }
  }
};

// Signs once for all uploads to come.
const delegated = (asks_) => async (provider, account) => {
  const query = new URLSearchParams(asks_.map((each) => ["ask", each]));
  const { delegation, sign } = await asked(`delegation?${query}`);
  if (account.toLowerCase() !== sign[0].message.creator.toLowerCase())
    throw new Told(words.wrongAccount);
  shown(filled(words.signing, { step: 1, steps: 1 }));
  delegation.signature = await signed(provider, account, sign[0]);
  shown(words.handing);
  await posted("delegation", delegation);
};

for (const form of document.querySelectorAll("form[data-gen-ip]"))
  form.addEventListener("submit", upload);
for (const button of document.querySelectorAll("[data-gen-ip-buy]"))
  button.addEventListener("click", () => {
    const { genIpBuy: key, terms } = button.dataset;
    const path = `uploads/${encodeURIComponent(key)}/buy`;
    acted(
      button,
      sent((account) => `${path}?${new URLSearchParams({ account, terms })}`),
    );
  });
for (const button of document.querySelectorAll("[data-gen-ip-collect]"))
  button.addEventListener("click", () => {
    const path = `uploads/${encodeURIComponent(button.dataset.genIpCollect)}/collect`;
    acted(
      button,
      sent((account) => `${path}?${new URLSearchParams({ account })}`),
    );
  });
for (const button of document.querySelectorAll("[data-gen-ip-delegate]"))
  button.addEventListener("click", () =>
    acted(button, delegated((button.dataset.ask ?? "").split(/\s+/).filter(Boolean))),
  );
