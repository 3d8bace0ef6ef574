import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span as an OTLP receiver reads it. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** '' for a root. */
  readonly parentId: string;
  readonly name: string;
  /** 1 internal, 2 server, 3 client. */
  readonly kind: number;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly isError: boolean;
  /** Of the service. */
  readonly resource: Readonly<Record<string, string | number>>;
  readonly durationNs: bigint;
}

export interface OtlpReceiver extends AsyncDisposable {
  readonly url: string;
  readonly spans: ReceivedSpan[];
  /** Headers of each request that brought spans. */
  readonly headers: Record<string, unknown>[];
}

/** Takes spans by OTLP over HTTP, in protobuf, and keeps them. */
export async function otlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const headers: Record<string, unknown>[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.url !== '/v1/traces' || request.headers['content-type'] !== 'application/x-protobuf') {
      response.writeHead(415).end();
      return;
    }
    headers.push(request.headers);
    spans.push(...readTraces(Buffer.concat(chunks)));
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    headers,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A message of protobuf: its fields by number, each as often as it came. */
class Message {
  readonly #fields = new Map<number, (bigint | Buffer)[]>();

  constructor(bytes: Buffer) {
    let at = 0;
    const varint = () => {
      let value = 0n;
      for (let shift = 0n; ; shift += 7n) {
        const byte = bytes.readUInt8(at);
        at += 1;
        value |= BigInt(byte & 0x7f) << shift;
        if (byte < 0x80) return value;
      }
    };
    const take = (length: number) => {
      at += length;
      if (at > bytes.length) throw new Error('a field is longer than its message');
      return bytes.subarray(at - length, at);
    };
    while (at < bytes.length) {
      const key = varint();
      const [number, wire] = [Number(key >> 3n), Number(key & 7n)];
      const read = { 0: varint, 1: () => take(8), 2: () => take(Number(varint())), 5: () => take(4) }[wire];
      if (read === undefined) throw new Error(`wire type ${wire}`);
      this.#fields.set(number, [...(this.#fields.get(number) ?? []), read()]);
    }
  }

  bytes(number: number): Buffer {
    const [value] = this.#fields.get(number) ?? [];
    return value instanceof Buffer ? value : Buffer.alloc(0);
  }

  text(number: number): string {
    return this.bytes(number).toString();
  }

  number(number: number): number {
    const [value] = this.#fields.get(number) ?? [];
    return typeof value === 'bigint' ? Number(value) : 0;
  }

  has(number: number): boolean {
    return this.#fields.has(number);
  }

  messages(number: number): Message[] {
    return (this.#fields.get(number) ?? []).map((value) => new Message(value as Buffer));
  }
}

/** Field numbers are those of opentelemetry/proto/trace/v1/trace.proto and common.proto. */
function readTraces(bytes: Buffer): ReceivedSpan[] {
  return new Message(bytes).messages(1).flatMap((ofResource) => {
    const resource = attributesIn(ofResource.messages(1)[0]?.messages(1) ?? []);
    return ofResource.messages(2).flatMap((ofScope) =>
      ofScope.messages(2).map((span) => ({
        traceId: span.bytes(1).toString('hex'),
        spanId: span.bytes(2).toString('hex'),
        parentId: span.bytes(4).toString('hex'),
        name: span.text(5),
        kind: span.number(6),
        attributes: attributesIn(span.messages(9)),
        isError: span.messages(15)[0]?.number(3) === 2,
        resource,
        durationNs: span.bytes(8).readBigUInt64LE() - span.bytes(7).readBigUInt64LE(),
      })),
    );
  });
}

function attributesIn(pairs: readonly Message[]): Record<string, string | number> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [value] = pair.messages(2);
      return [pair.text(1), value?.has(3) ? value.number(3) : (value?.text(1) ?? '')];
    }),
  );
}
