// Keeps the pages of fieldwork at hand, so that a form opens again where there is no connection.
"use strict";
const SHELF = "fieldwork-1";
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const asked = event.request;
  if (asked.method !== "GET" || new URL(asked.url).origin !== self.location.origin) return;
  event.respondWith(
    (async () => {
      const shelf = await caches.open(SHELF);
      try {
        const answer = await fetch(asked);
        if (answer.ok && !answer.redirected) await shelf.put(asked, answer.clone());
        return answer;
      } catch (error) {
        const kept = await shelf.match(asked);
        if (kept) return kept;
        throw error;
      }
    })(),
  );
});
