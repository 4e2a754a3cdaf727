// Shows how far a job has come without loading the page anew: only the words in the box change, so
// nobody loses the place. Once the job has ended the page is loaded, once.
"use strict";
const EVERY = 3000;

async function look() {
  const answer = await fetch(location.href, {credentials: "same-origin"});
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const now = page.querySelector(".progress"), box = document.querySelector(".progress");
  if (!answer.ok || !now) location.reload();
  else if (now.textContent !== box.textContent) box.replaceChildren(...now.childNodes);
}

setInterval(() => look().catch(() => {}), EVERY);
