// Wallets of a development node's accounts, as EIP-6963 announces them.
const asked = (body) =>
  fetch("/demo-wallet", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Gen-IP": "1" },
    body: JSON.stringify(body),
  }).then((answer) => answer.json());
const accounts = await fetch("/demo-wallet").then((answer) => answer.json());
const wallets = Object.entries(accounts).map(([name, account]) => ({
  info: { uuid: account, name: `${name}'s wallet`, icon: "data:,", rdns: "example.gallery" },
  provider: {
    request: async ({ method, params = [] }) => {
      if (method === "eth_requestAccounts" || method === "eth_accounts") return [account];
      const { result, error } = await asked({ method, params });
      if (error) throw error;
      return result;
    },
  },
}));
const announce = () => {
  for (const detail of wallets)
    dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
};
addEventListener("eip6963:requestProvider", announce);
announce();
