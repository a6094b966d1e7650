/**
 * A service worker for folders whose server sends no headers: it gives every file of the page the two that shared
 * memory wants. The page asks for it where it finds itself without.
 */
import { ISOLATION_HEADERS } from '../serve/isolation-headers.ts';

interface Fetching extends Event {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

addEventListener('fetch', (event) => {
  const { request } = event as Fetching;
  (event as Fetching).respondWith(isolated(request));
});

async function isolated(request: Request): Promise<Response> {
  const response = await fetch(request);
  // Where the host redirects, the browser goes on, and comes here again.
  if (response.type === 'opaqueredirect') return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(ISOLATION_HEADERS)) headers.set(name, value);
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}
