// The form of a field test: keeps every answer on the device with its time, and sends when it can.
// Without this script the form is a plain one, sent by its button.
"use strict";
(() => {
  const form = document.querySelector("form[data-item]");
  if (!form) return;
  const place = `fieldwork:${form.dataset.item}`;
  const words = form.dataset;
  const status = document.querySelector("#kept");
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const now = () => new Date().toISOString();

  function fresh() {
    return { once: form.dataset.once || crypto.randomUUID(), started: now(), answers: {}, cases: [] };
  }
  function load() {
    try {
      return JSON.parse(localStorage.getItem(place)) || fresh();
    } catch {
      return fresh();
    }
  }
  const held = load();
  // The server may have another form of this item, from another device. What was answered here stays
  // here until the person decides: the server says so when this form is sent.
  const theirs = form.dataset.once;
  if (theirs && held.once !== theirs && !Object.keys(held.answers).length) Object.assign(held, fresh());
  const keep = () => localStorage.setItem(place, JSON.stringify(held));

  function tell(text, tone) {
    status.textContent = text;
    status.className = `banner ${tone}`;
  }

  // Pictures do not fit into localStorage; they wait in a database of the browser.
  const pictures = new Promise((done, failed) => {
    const asked = indexedDB.open("shixiao-photos", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("photos", { autoIncrement: true });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
  async function store(mode, act) {
    const base = await pictures;
    return new Promise((done, failed) => {
      const asked = act(base.transaction("photos", mode).objectStore("photos"));
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    });
  }

  function valueOf(box) {
    const kind = box.dataset.kind;
    const marked = box.querySelector("input[type=radio]:checked");
    if (kind === "yes_no") return marked && marked.value ? marked.value === "yes" : null;
    if (kind === "scale") return marked && marked.value !== "" ? Number(marked.value) : null;
    const typed = box.querySelector(".answer-field").value.trim();
    if (typed === "") return null;
    return kind === "number" && /^\d{1,9}$/.test(typed) ? Number(typed) : typed;
  }
  function show(box, value) {
    const kind = box.dataset.kind;
    if (kind === "yes_no" || kind === "scale") {
      const text = value === true ? "yes" : value === false ? "no" : value === null ? "" : String(value);
      for (const radio of box.querySelectorAll("input[type=radio]")) radio.checked = radio.value === text;
    } else {
      box.querySelector(".answer-field").value = value === null ? "" : value;
    }
  }
  const boxes = [...form.querySelectorAll("[data-question]")];

  function asked() {
    const heard = {};
    for (const box of boxes) {
      const open = JSON.parse(box.dataset.conditions).every((each) => {
        const value = heard[each.question];
        return each.at_least === null ? value === each.equals : typeof value === "number" && value >= each.at_least;
      });
      box.hidden = !open;
      const value = valueOf(box);
      if (open && value !== null) heard[box.dataset.question] = value;
    }
    for (const step of form.querySelectorAll("section.step")) {
      step.hidden = [...step.querySelectorAll("[data-question]")].every((box) => box.hidden);
    }
    const answered = boxes.filter((box) => !box.hidden && valueOf(box) !== null).length;
    const open = boxes.filter((box) => !box.hidden).length;
    const count = document.querySelector("#count");
    if (count) count.textContent = `${answered} / ${open}`;
  }

  let waiting = 0;
  let sending = false;
  function later(ms) {
    clearTimeout(waiting);
    waiting = setTimeout(send, ms);
  }
  async function send() {
    if (sending) return later(1000);
    sending = true;
    keep();
    const answers = Object.entries(held.answers).map(([question, said]) => ({ question, ...said }));
    const sent = { once: held.once, started: held.started, answers, cases: held.cases, clock: now() };
    try {
      const answer = await fetch(form.dataset.send, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token },
        body: JSON.stringify(sent),
      });
      if (answer.redirected || answer.status === 403) return tell(words.signin, "warning");
      const told = await answer.json().catch(() => ({}));
      if (!answer.ok || told.says) return tell(told.says || words.refused, "warning");
      await sendPictures();
      tell(words.sent.replace("{time}", new Date().toTimeString().slice(0, 5)), "success");
    } catch {
      tell(words.offline, "warning");
    } finally {
      sending = false;
    }
  }
  async function sendPictures() {
    const keys = await store("readonly", (photos) => photos.getAllKeys());
    for (const key of keys) {
      const kept = await store("readonly", (photos) => photos.get(key));
      if (kept.item !== form.dataset.item) continue;
      const body = new FormData();
      body.set("question", kept.question);
      body.set("photo", kept.file, kept.name);
      const answer = await fetch(form.dataset.photo, { method: "POST", headers: { "X-CSRFToken": token }, body });
      if (answer.ok || answer.status === 422) await store("readwrite", (photos) => photos.delete(key));
      if (answer.status === 422) tell((await answer.json()).says, "warning");
    }
  }

  for (const box of boxes) {
    const said = held.answers[box.dataset.question];
    if (said) show(box, said.value);
    box.addEventListener("change", async (event) => {
      if (event.target.type === "file") {
        for (const file of event.target.files) {
          const kept = { item: form.dataset.item, question: box.dataset.question, name: file.name, file };
          await store("readwrite", (photos) => photos.add(kept));
        }
        event.target.value = "";
        tell(words.kept, "info");
      } else {
        held.answers[box.dataset.question] = { value: valueOf(box), at: now() };
        asked();
        keep();
        tell(words.kept, "info");
      }
      later(800);
    });
  }
  const cases = form.querySelector("[name=cases]");
  if (held.cases.length) cases.value = held.cases.join("\n");
  cases.addEventListener("change", () => {
    held.cases = cases.value.split("\n").map((line) => line.trim()).filter(Boolean);
    keep();
    later(800);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  const over = document.querySelector("form[data-over]");
  if (over) {
    over.addEventListener("submit", () => {
      if (held.once === theirs) return localStorage.removeItem(place);
      held.once = crypto.randomUUID(); // the answers of this device take the place of the others
      keep();
    });
  }
  addEventListener("online", () => later(0));
  addEventListener("offline", () => tell(words.offline, "warning"));
  keep();
  asked();
  if (Object.keys(held.answers).length) later(0);
  if ("serviceWorker" in navigator) navigator.serviceWorker.register(form.dataset.worker, { scope: form.dataset.scope });
})();
