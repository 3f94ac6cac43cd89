// Signing in with a wallet: the site writes a message (EIP-4361), the wallet signs it.
const place = document.getElementById("sign-in");
const known = new Set();

async function posted(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error((await answer.json()).detail);
  return answer.json();
}

const hex = (text) =>
  `0x${[...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;

async function signIn(provider) {
  const [account] = await provider.request({ method: "eth_requestAccounts" });
  const { message } = await posted("/sign-in/begin", { account });
  const params = [hex(message), account];
  const signature = await provider.request({ method: "personal_sign", params });
  await posted("/sign-in", { signature });
  location.reload();
}

if (place) {
  addEventListener("eip6963:announceProvider", ({ detail: { info, provider } }) => {
    if (known.has(info.uuid)) return;
    known.add(info.uuid);
    const button = document.createElement("button");
    button.textContent = `Sign in with ${info.name}`;
    button.addEventListener("click", () =>
      signIn(provider).catch((error) => place.append(` ${error.message}`)),
    );
    place.append(button);
  });
  dispatchEvent(new Event("eip6963:requestProvider"));
}
