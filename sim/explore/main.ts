/** The page of `tcesim explore`. */
import { Explorer } from './explorer.ts';

const version = document.querySelector<HTMLMetaElement>('meta[name=tcesim-version]')?.content ?? '';

// Tables live in shared memory. Where there is none the page goes on saying what it wants.
if (crossOriginIsolated) {
  document.body.replaceChildren();
  new Explorer(version).start();
  // Those who look from outside, and tests, know by it that the page is there.
  document.documentElement.dataset.ready = 'true';
} else {
  isolate().catch(() => {});
}

/** Has the headers put in by a service worker, once, and begins anew. Rejects where that is of no use. */
async function isolate(): Promise<void> {
  if (navigator.serviceWorker.controller !== null) return;
  await navigator.serviceWorker.register('isolate.js');
  await navigator.serviceWorker.ready;
  location.reload();
}
