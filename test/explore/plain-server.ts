/** A server that knows types of files, and nothing of shared memory. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const TYPES = { html: 'text/html', js: 'text/javascript', css: 'text/css' };

export class PlainServer {
  private constructor(private readonly server: Server) {}

  /** Serves a folder; what is asked for as `old` has moved to its page. */
  static async start(folder: string): Promise<PlainServer> {
    const server = createServer(({ url = '/' }, response) => {
      const [name = ''] = url.slice(1).split('?');
      if (name === 'old') {
        response.writeHead(302, { Location: '/' }).end();
        return;
      }
      const file = name === '' ? 'index.html' : name;
      const type = TYPES[file.split('.').pop() as keyof typeof TYPES] ?? 'application/octet-stream';
      response.writeHead(200, { 'Content-Type': type }).end(readFileSync(`${folder}/${file}`));
    });
    await new Promise<void>((resolve) => server.listen(0, resolve));
    return new PlainServer(server);
  }

  /** Ends with a slash. */
  get address(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}/`;
  }

  async end(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
