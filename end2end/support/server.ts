// One Voltbay server of the release binary, on a port and a database of its own.
// Knows how it is started, stopped, killed and started again; knows nothing of pages or of the API.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const binary = process.env["VOLTBAY_BINARY"] ?? join(root, "target", "release", "voltbay");
const startLimit = 30_000;
const stopLimit = 15_000;

export type Settings = Record<string, string>;
export type CommandResult = { code: number; stdout: string; stderr: string };

// What is still running if the test runner ends without tidying up.
const running = new Set<ChildProcess>();
process.once("exit", () => running.forEach((child) => child.kill("SIGKILL")));

export class Server {
  readonly url: string;
  private child: ChildProcess | undefined;

  private constructor(
    private readonly port: number,
    private readonly folder: string,
    private settings: Settings,
  ) {
    this.url = `http://127.0.0.1:${port}`;
  }

  /** A new database with the demo network, and a server on it that is ready. */
  static async start(settings: Settings = {}): Promise<Server> {
    if (!existsSync(binary)) throw new Error(`${binary} is not there: run \`make build\` first`);
    const server = new Server(await freePort(), mkdtempSync(join(tmpdir(), "voltbay-e2e-")), settings);
    try {
      const seeded = await server.command("seed", "--demo");
      if (seeded.code !== 0) throw new Error(`voltbay seed --demo failed:\n${seeded.stdout}${seeded.stderr}`);
      await server.up();
    } catch (problem) {
      await server.dispose();
      throw problem;
    }
    return server;
  }

  /** `url` with the scheme of sockets. */
  get socketUrl(): string {
    return this.url.replace(/^http/, "ws");
  }

  /** What the server has written to its log so far. */
  get log(): string {
    return existsSync(this.logFile) ? readFileSync(this.logFile, "utf8") : "";
  }

  /** Runs another command of the binary on the same database. */
  command(...args: string[]): Promise<CommandResult> {
    return new Promise((resolve) => {
      execFile(binary, args, { cwd: root, env: this.environment, timeout: startLimit }, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
        resolve({ code, stdout, stderr });
      });
    });
  }

  /** Ends it the hard way, as a power cut would. */
  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  /** Asks it to stop, and waits until it has. */
  async stop(): Promise<void> {
    await this.end("SIGTERM");
  }

  /** Starts it again on the same port and database; with other settings on top when some are given. */
  async restart(settings: Settings = {}): Promise<void> {
    await this.stop();
    this.settings = { ...this.settings, ...settings };
    await this.up();
  }

  /** Ends it and removes its database. */
  async dispose(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get logFile(): string {
    return join(this.folder, "server.log");
  }

  private get environment(): NodeJS.ProcessEnv {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(VOLTBAY_|LEPTOS_)|^(DATABASE_URL|REDIS_URL|RUST_LOG)$/.test(name),
    );
    return {
      ...Object.fromEntries(inherited),
      VOLTBAY_ADDR: `127.0.0.1:${this.port}`,
      DATABASE_URL: `sqlite:${join(this.folder, "voltbay.db")}`,
      VOLTBAY_RATE_LIMIT: "off",
      VOLTBAY_MAX_CONNECTIONS_PER_IP: "10000",
      ...this.settings,
    };
  }

  private async up(): Promise<void> {
    const log = openSync(this.logFile, "a");
    const child = spawn(binary, ["serve"], { cwd: root, env: this.environment, stdio: ["ignore", log, log] });
    closeSync(log);
    this.child = child;
    running.add(child);
    let failure: Error | undefined;
    child.once("error", (error) => (failure = error));
    child.once("exit", () => running.delete(child));

    const deadline = Date.now() + startLimit;
    while (!failure && child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
      if (await this.ready()) return;
      await sleep(50);
    }
    throw new Error(`the server did not get ready: ${failure?.message ?? ""}\n${this.log.slice(-4000)}`);
  }

  private async ready(): Promise<boolean> {
    try {
      return (await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(1000) })).status === 200;
    } catch {
      return false;
    }
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.child;
    this.child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill(signal);
    const late = setTimeout(() => child.kill("SIGKILL"), stopLimit);
    await gone;
    clearTimeout(late);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
