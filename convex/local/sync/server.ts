// Accepts WebSocket connections on the API port.

import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { Session, type Services } from "./session.js";

const LONGEST_MESSAGE = 32 << 20;

export class SyncServer {
  private readonly sockets = new WebSocketServer({
    noServer: true,
    maxPayload: LONGEST_MESSAGE,
  });
  private readonly sessions = new Set<Session>();

  constructor(private readonly services: Services) {}

  /** Serves `/api/sync` and `/api/VERSION/sync` of `server`. */
  attach(server: Server): void {
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const { pathname } = new URL(request.url ?? "/", "http://127.0.0.1");
      if (!/^\/api(\/[^/]+)?\/sync$/.test(pathname)) {
        socket.destroy();
        return;
      }
      this.sockets.handleUpgrade(request, socket, head, (connection) => {
        this.services.stats.connections += 1;
        const session = new Session(connection, this.services);
        this.sessions.add(session);
        connection.on("close", () => {
          this.sessions.delete(session);
          session.end();
        });
      });
    });
  }

  /** Tells every session that something was committed. */
  poke(): void {
    for (const session of this.sessions) session.poke();
  }

  /** Closes every connection. */
  close(): void {
    for (const client of this.sockets.clients) client.terminate();
  }
}
