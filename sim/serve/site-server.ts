/** Serves the site on this machine, to nobody else. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InputError } from '../../models/input-error.ts';
import { SITE_HEADERS, type SiteFile } from './site.ts';

const HOME = '127.0.0.1';
const INDEX = 'index.html';

export class SiteServer {
  private constructor(private readonly server: Server) {}

  /** Begins on a port, 0: any that is free. Throws InputError where it cannot be had. */
  static start(files: readonly SiteFile[], port: number): Promise<SiteServer> {
    const byAddress = new Map(files.map((file) => [file.address, file]));
    const server = createServer((request, response) => answer(byAddress, request, response));
    return new Promise((resolve, reject) => {
      server.once('error', ({ code }: NodeJS.ErrnoException) => {
        const why =
          code === 'EADDRINUSE' ? 'somebody has it already' : `it cannot be had (${code})`;
        reject(new InputError(`--port: expected a free port, got ${port}: ${why}`));
      });
      server.listen(port, HOME, () => resolve(new SiteServer(server)));
    });
  }

  /** The address of the page. */
  get address(): string {
    return `http://${HOME}:${(this.server.address() as AddressInfo).port}/`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

function answer(
  files: ReadonlyMap<string, SiteFile>,
  { url = '/', method }: IncomingMessage,
  response: ServerResponse,
): void {
  const [path] = url.slice(1).split(/[?#]/);
  const file = files.get(path === '' ? INDEX : path);
  if (method !== 'GET' && method !== 'HEAD') {
    response.writeHead(405, { ...SITE_HEADERS, Allow: 'GET, HEAD' }).end();
  } else if (file === undefined) {
    response.writeHead(404, SITE_HEADERS).end();
  } else {
    const { type, bytes } = file;
    const own = {
      'Content-Type': type,
      'Content-Length': bytes.length,
      'Cache-Control': 'no-cache',
    };
    response.writeHead(200, { ...SITE_HEADERS, ...own }).end(method === 'HEAD' ? undefined : bytes);
  }
}
