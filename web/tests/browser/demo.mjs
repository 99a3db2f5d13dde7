// Starts the real binary as a stranger does: `noroshi demo`, three nodes, a directory of its own.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './harness.mjs';

/** A name that is not localhost: on localhost browsers behave as if the page came by https. */
export const HOST = 'shelter.test';

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** The first port from which `count` in a row are free. */
async function freePorts(from, count) {
  for (let port = from; port < from + 2000; port += count) {
    const all = await Promise.all(Array.from({ length: count }, (_, at) => isFree(port + at)));
    if (all.every(Boolean)) {
      return port;
    }
  }
  throw new Error(`no ${count} free ports in a row above ${from}`);
}

async function healthy(port) {
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/node`, {
    signal: AbortSignal.timeout(2000),
  });
  return answer.ok && (await answer.json()).demo === true;
}

export class Demo {
  #process;
  #directory;
  #words = '';

  constructor(process_, directory, port) {
    this.#process = process_;
    this.#directory = directory;
    this.port = port;
    const hear = (bytes) => {
      this.#words = (this.#words + bytes.toString()).slice(-20_000);
    };
    process_.stdout.on('data', hear);
    process_.stderr.on('data', hear);
  }

  static async start(binary) {
    const directory = await mkdtemp(join(tmpdir(), 'noroshi-browser-'));
    const port = await freePorts(18_400, 3);
    const mqtt = await freePorts(21_400, 20);
    const ports = ['--port', String(port), '--mqtt-port', String(mqtt)];
    const child = spawn(binary, ['demo', '--dir', join(directory, 'demo'), '--fresh', ...ports], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const demo = new Demo(child, directory, port);
    try {
      await eventually(
        'all three nodes answer',
        async () => {
          if (child.exitCode !== null) {
            throw new Error(`the demo ended with code ${child.exitCode}`);
          }
          const all = await Promise.all([0, 1, 2].map((at) => healthy(port + at)));
          return all.every(Boolean);
        },
        60_000,
      );
    } catch (error) {
      console.log(demo.words());
      await demo.stop();
      throw error;
    }
    return demo;
  }

  /** Address of headquarters (0) or a shelter (1, 2). */
  url(at) {
    return `http://${HOST}:${this.port + at}`;
  }

  /** The same by number, for requests that need no browser. */
  plainUrl(at) {
    return `http://127.0.0.1:${this.port + at}`;
  }

  /** What the nodes said last. */
  words() {
    return this.#words;
  }

  async stop() {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      this.#process.kill('SIGINT');
      await ended;
    }
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** A node that somebody else started, as for trying the walks while the screens are made. */
export class Elsewhere {
  constructor(port) {
    this.port = port;
  }
  url() {
    return `http://${HOST}:${this.port}`;
  }
  plainUrl() {
    return `http://127.0.0.1:${this.port}`;
  }
  words() {
    return '';
  }
  stop() {
    return Promise.resolve();
  }
}
