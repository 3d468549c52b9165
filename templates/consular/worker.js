{% if is_on %}// Service worker of the contact page: keeps the page and the files it needs, for a visitor without network.
// It asks the network first; the kept copy is shown only if that gives no answer at all.
"use strict";
const PAGE = "{% url 'consular:contact' %}";
const KEPT = "contact";

// Keep a response of the page, and the styles and scripts that it names; forget those of the page before.
const keep = async (page) => {
  const cache = await caches.open(KEPT);
  const files = [...(await page.clone().text()).matchAll(/(?:href|src)="(\/static\/[^"]+\.(?:css|js))"/g)].map(([, file]) => file);
  for (const file of files) if (!await cache.match(file)) await cache.add(file);
  await cache.put(PAGE, page);
  for (const { url } of await cache.keys()) if (![PAGE, ...files].includes(new URL(url).pathname)) await cache.delete(url);
};

// The kept page, with the sentence that says so.
const saved = async () => {
  const page = await caches.match(PAGE);
  const text = (await page.text()).replace('class="saved" hidden', 'class="saved"');
  return new Response(text, { headers: page.headers });
};

const visit = async (event) => {
  try {
    const page = await fetch(event.request);
    if (page.ok) event.waitUntil(keep(page.clone()).catch(() => {}));
    return page;
  } catch (error) {
    return await saved().catch(() => { throw error; });
  }
};

const load = (request) => fetch(request).catch(async (error) => {
  const file = await caches.match(request);
  if (file) return file;
  throw error;
});

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(fetch(PAGE, { credentials: "omit" }).then((page) => page.ok && keep(page)));
});
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const { method, url, mode } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin) return;
  if (mode === "navigate" && pathname === PAGE) event.respondWith(visit(event));
  else if (pathname.startsWith("/static/")) event.respondWith(load(event.request));
});
{% else %}// Service worker of the contact page, switched off: it removes what it kept and itself.
"use strict";
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(caches.delete("contact").then(() => registration.unregister())));
{% endif %}
