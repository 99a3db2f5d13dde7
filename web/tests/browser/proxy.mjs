// A line between phone and box that can be cut as in the field: bytes are swallowed, sockets stay
// open, nobody is told.
import { connect, createServer } from 'node:net';

export class Line {
  #server;
  #sockets = new Set();
  #cut = false;

  static async to(port) {
    const line = new Line();
    line.#server = createServer((near) => line.#join(near, port));
    await new Promise((ready) => line.#server.listen(0, '127.0.0.1', ready));
    line.port = line.#server.address().port;
    return line;
  }

  #join(near, port) {
    const far = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ]) {
      this.#sockets.add(from);
      from.on('data', (bytes) => {
        if (!this.#cut) {
          to.write(bytes);
        }
      });
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        if (!this.#cut) {
          to.destroy();
        }
      });
    }
  }

  cut() {
    this.#cut = true;
  }

  /** New connections pass; the old ones end, as when a phone comes back into range. */
  restore() {
    this.#cut = false;
    for (const socket of this.#sockets) {
      socket.destroy();
    }
  }

  async close() {
    this.restore();
    await new Promise((closed) => this.#server.close(closed));
  }
}
