/* Registers the service worker that keeps the contact page for a visitor without network. */
"use strict";
navigator.serviceWorker?.register(document.currentScript.dataset.worker).catch(() => {});
