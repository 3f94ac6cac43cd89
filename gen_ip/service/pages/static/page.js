document.documentElement.classList.add("scripted");

// The drop zone: a file dropped anywhere on it is checked at once.
for (const form of document.querySelectorAll("form[data-drop]")) {
  const input = form.querySelector("input[type=file]");
  const state = form.querySelector(".state");
  const over = (on) => (event) => {
    event.preventDefault();
    form.classList.toggle("over", on);
  };
  form.addEventListener("dragover", over(true));
  form.addEventListener("dragleave", over(false));
  form.addEventListener("drop", (event) => {
    over(false)(event);
    if (event.dataTransfer.files.length) {
      input.files = event.dataTransfer.files;
      form.requestSubmit();
    }
  });
  form.addEventListener("submit", (event) => {
    state.textContent = form.dataset.checking;
    if (!("each" in form.dataset)) return;
    event.preventDefault();
    each(form, [...input.files], state);
  });
  input.multiple = "each" in form.dataset;
}

// Several files: one request for each, then the page with all of them.
async function each(form, files, state) {
  const url = new URL(form.action);
  for (const [place, file] of files.entries()) {
    state.textContent = `${form.dataset.checking} ${place + 1} / ${files.length}`;
    const body = new FormData();
    body.append("file", file);
    const headers = { Accept: "application/json" };
    const answer = await fetch(url, { method: "POST", headers, body });
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) {
      state.textContent = `${file.name}: ${told.detail ?? answer.status}`;
      return;
    }
    url.searchParams.append("item", told.item);
  }
  location.assign(url);
}
