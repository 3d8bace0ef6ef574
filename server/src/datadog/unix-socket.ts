import { connect, type Socket } from 'node:net';
import { Writable } from 'node:stream';

/** An agent that does not read may leave so much behind; the rest is dropped. */
const MOST_WAITING_BYTES = 1 << 20;
const LENGTH_BYTES = 4;

/** Sends each chunk as one datagram; what the agent does not take is lost. @throws when node-unix-socket is not installed. */
export async function datagramsTo(path: string): Promise<Writable> {
  const { DgramSocket } = await import('node-unix-socket');
  const socket = new DgramSocket();
  socket.on('error', () => undefined);
  let waitingBytes = 0;
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (waitingBytes < MOST_WAITING_BYTES) {
        waitingBytes += chunk.length;
        socket.sendTo(chunk, 0, chunk.length, path, () => {
          waitingBytes -= chunk.length;
        });
      }
      done();
    },
    destroy(error, done) {
      socket.close();
      done(error);
    },
  });
}

/**
 * Sends each chunk with its length before it (Datadog: 4 bytes, the lowest first) over a connection that is made anew when it broke.
 * What the agent does not take is lost.
 */
export function packetsTo(path: string): Writable {
  let connection: Socket | null = null;
  const connected = () => {
    if (connection !== null) return connection;
    const made = connect(path);
    // A program that ends does not wait for an agent.
    made.unref();
    made.on('error', () => undefined);
    made.on('close', () => {
      if (connection === made) connection = null;
    });
    made.resume();
    connection = made;
    return made;
  };
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      const socket = connected();
      if (socket.writableLength < MOST_WAITING_BYTES) {
        const length = Buffer.alloc(LENGTH_BYTES);
        length.writeUInt32LE(chunk.length);
        socket.write(Buffer.concat([length, chunk]));
      }
      done();
    },
    destroy(error, done) {
      // What was sent last still goes out when somebody reads it.
      connection?.end();
      done(error);
    },
  });
}
