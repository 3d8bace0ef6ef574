import type { LightMyRequestResponse } from 'fastify';
import type { TestApp } from './app.ts';

/** A scrape, read: the value of each series by its name and labels as they stand in the text. */
export interface Scrape {
  readonly series: ReadonlyMap<string, number>;
  /** The series without their buckets, of a metric. */
  of(name: string): string[];
}

export function readScrape(text: string): Scrape {
  const series = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const end = line.lastIndexOf(' ');
    const key = line.slice(0, end);
    if (series.has(key)) throw new Error(`${key} stands there twice`);
    series.set(key, Number(line.slice(end + 1)));
  }
  return {
    series,
    of: (name) => [...series.keys()].filter((key) => key === name || key.startsWith(`${name}{`)),
  };
}

/** The names of metrics that there are samples of. */
export function namesIn({ series }: Scrape): Set<string> {
  return new Set([...series.keys()].map((key) => key.split('{', 1)[0] ?? ''));
}

/** Scrapes a server; what it reads of its database is as old as its clock says. */
export async function scrape(server: TestApp): Promise<Scrape> {
  const answer: LightMyRequestResponse = await server.app.inject({ url: '/metrics' });
  if (answer.statusCode !== 200) throw new Error(`${answer.statusCode} ${answer.body}`);
  return readScrape(answer.body);
}
