// A socket as a program outside would use it: keeps every frame, and waits for the one a test is after.

import WebSocket from "ws";

export type Frame = { type: string; seq?: number; epoch?: string; [field: string]: unknown };
export type Close = { code: number; reason: string };

export class LiveSocket {
  readonly frames: Frame[] = [];
  /** Resolves when the socket is closed, by whichever side. */
  readonly closed: Promise<Close>;
  private readonly waiting = new Set<() => void>();
  private unread = 0;

  private constructor(private readonly socket: WebSocket) {
    socket.on("message", (data, binary) => {
      this.frames.push(binary ? { type: "(binary)" } : (JSON.parse(data.toString()) as Frame));
      this.waiting.forEach((look) => look());
    });
    this.closed = new Promise((resolve) => {
      socket.once("close", (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    socket.on("error", () => {}); // a close follows
  }

  /** Opens a socket; a refused handshake rejects with `Refused`. */
  static open(url: string, who: { token?: string | undefined; origin?: string } = {}): Promise<LiveSocket> {
    const headers = who.token === undefined ? {} : { authorization: `Bearer ${who.token}` };
    const socket = new WebSocket(url, { headers, ...(who.origin === undefined ? {} : { origin: who.origin }) });
    const live = new LiveSocket(socket);
    return new Promise((resolve, reject) => {
      socket.once("open", () => resolve(live));
      socket.once("unexpected-response", (_request, response) => {
        socket.terminate();
        reject(new Refused(url, response.statusCode ?? 0));
      });
      socket.once("error", reject);
    });
  }

  send(message: unknown): void {
    this.socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  /** The first frame that fits, among those seen already or still to come. */
  waitFor(fits: string | ((frame: Frame) => boolean), limit = 5000): Promise<Frame> {
    return this.find(0, fits, limit);
  }

  /** The first frame that fits after the one returned by the last `next`; so a sequence can be walked. */
  async next(fits: string | ((frame: Frame) => boolean), limit = 5000): Promise<Frame> {
    const frame = await this.find(this.unread, fits, limit);
    this.unread = this.frames.indexOf(frame) + 1;
    return frame;
  }

  /** All frames of a type so far. */
  all(type: string): Frame[] {
    return this.frames.filter((frame) => frame.type === type);
  }

  /** The numbered events so far, in the order in which they came. */
  events(): Frame[] {
    return this.frames.filter((frame) => frame.seq !== undefined && !["connection_established", "snapshot", "heartbeat"].includes(frame.type));
  }

  /** Where to resume: the topic's log and the last number seen. */
  bookmark(): { epoch: string; since: number } {
    const epochs = this.frames.flatMap((frame) => frame.epoch ?? []);
    const since = Math.max(0, ...this.frames.flatMap((frame) => frame.seq ?? []));
    return { epoch: epochs.at(-1) ?? "", since };
  }

  async close(): Promise<Close> {
    this.socket.close(1000);
    return this.closed;
  }

  private find(from: number, fits: string | ((frame: Frame) => boolean), limit: number): Promise<Frame> {
    const matches = typeof fits === "string" ? (frame: Frame) => frame.type === fits : fits;
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = this.frames.slice(from).find(matches);
        if (!found) return;
        settle();
        resolve(found);
      };
      const settle = () => {
        clearTimeout(timer);
        this.waiting.delete(look);
      };
      const timer = setTimeout(() => {
        settle();
        const seen = this.frames.slice(from).map((frame) => frame.type);
        reject(new Error(`no such frame within ${limit} ms: ${fits}\nseen: ${seen.join(", ") || "nothing"}`));
      }, limit);
      this.waiting.add(look);
      look();
    });
  }
}

/** The server answered the handshake with a status instead of a socket. */
export class Refused extends Error {
  constructor(
    url: string,
    readonly status: number,
  ) {
    super(`${url} was refused with ${status}`);
  }
}
