import type { Egress } from '../operations/ports/egress.ts';
import type { Tracer } from '../operations/ports/tracer.ts';

/** The same way out, with a span for each request, which carries its trace. */
export function tracedEgress(egress: Egress, tracer: Tracer): Egress {
  return {
    check: (url) => egress.check(url),
    post: (request) =>
      tracer.span('POST', { kind: 'client', attributes: { 'http.request.method': 'POST' } }, () =>
        egress.post({ ...request, headers: { ...request.headers, ...tracer.headers() } }),
      ),
  };
}
