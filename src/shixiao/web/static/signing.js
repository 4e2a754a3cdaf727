// Signs a score sheet with a key that never leaves this browser: WebCrypto Ed25519, not extractable.
"use strict";
(() => {
  const place = document.querySelector("[data-signing]");
  if (!place) return;
  const words = place.dataset;
  const status = document.querySelector("#signing");
  const tell = (text) => {
    status.hidden = false;
    status.textContent = text;
  };
  const base64 = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));

  const keys = () =>
    new Promise((done, failed) => {
      const asked = indexedDB.open("shixiao-keys", 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore("keys");
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    });
  async function store(mode, act) {
    const base = await keys();
    return new Promise((done, failed) => {
      const asked = act(base.transaction("keys", mode).objectStore("keys"));
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    });
  }

  async function make(form) {
    const pair = await crypto.subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"]);
    const open = base64(await crypto.subtle.exportKey("raw", pair.publicKey));
    await store("readwrite", (kept) => kept.put(pair.privateKey, open));
    form.querySelector("[name=public]").value = open;
    form.submit();
  }
  async function sign(form) {
    const key = await store("readonly", (kept) => kept.get(words.public));
    if (!key) return tell(words.elsewhere);
    const bytes = new TextEncoder().encode(words.text);
    form.querySelector("[name=signature]").value = base64(await crypto.subtle.sign("Ed25519", key, bytes));
    localStorage.removeItem(`fieldwork:${words.item}`);
    form.submit();
  }
  const button = place.querySelector("[data-act]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    const form = document.querySelector(`#${button.dataset.form}`);
    try {
      await (button.dataset.act === "make" ? make(form) : sign(form));
    } catch {
      tell(words.unable);
    } finally {
      button.disabled = false;
    }
  });
})();
