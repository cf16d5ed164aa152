// A line to the server that can be held up in the middle of a file, and cut.
import { createServer, connect } from 'node:net';

// line relays connections to url. Each of them carries most bytes to the server and no more, until the
// line is opened. Its address is another port of this machine.
export async function line(url, most) {
  const { hostname, port } = new URL(url);
  const sockets = new Set();
  let opened;
  const open = new Promise((resolve) => (opened = resolve));
  let cut = false;
  const server = createServer((client) => {
    if (cut) return void client.destroy();
    const there = connect(Number(port), hostname);
    for (const [socket, other] of [[client, there], [there, client]]) {
      sockets.add(socket);
      socket.on('error', () => {}); // it is closed then, as a line would be
      socket.on('close', () => (sockets.delete(socket), other.destroy()));
    }
    there.pipe(client);
    carry(client, there).catch(() => client.destroy());
  });
  async function carry(client, there) {
    let carried = 0;
    for await (const chunk of client) {
      const now = Math.max(0, most - carried);
      carried += chunk.length;
      if (now > 0) there.write(chunk.subarray(0, now));
      if (now >= chunk.length) continue;
      await open;
      if (!there.write(chunk.subarray(now)) && !there.destroyed) await new Promise((resolve) => there.once('drain', resolve).once('close', resolve));
    }
    there.end();
  }
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    open() {
      most = Infinity;
      opened();
    },
    cut() {
      cut = true;
      for (const socket of sockets) socket.destroy();
    },
    mend() {
      cut = false;
    },
    close() {
      this.open();
      this.cut();
      server.close();
    },
  };
}
