// Keeps the page of a job true while it is open: it is asked for every three seconds, and its
// content taken over where that changed; once the job has ended, the page is loaded anew.
"use strict";
(() => {
  const PAUSE = 3000;
  const content = (page) => page.querySelector("#content");
  const follows = (page) => page.querySelector("[data-following]") !== null;

  async function look() {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const here = content(document);
    const now = content(page);
    if (!now || !follows(page)) {
      location.reload();
    } else if (now.textContent !== here.textContent && !here.contains(document.activeElement)) {
      here.replaceChildren(...document.adoptNode(now).childNodes);
    }
  }

  async function follow() {
    if (!document.hidden) {
      // What cannot be reached now is asked for again.
      await look().catch(() => undefined);
    }
    setTimeout(follow, PAUSE);
  }
  if (follows(document)) setTimeout(follow, PAUSE);
})();
