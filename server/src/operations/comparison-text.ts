import { renderSemanticVersion } from '../domain/semantic-version.ts';
import {
  escapeMarkdown,
  plainText,
  renderCsv,
  renderMarkdownTable,
  renderPlainTable,
  type TextTable,
} from '../domain/text-table.ts';
import type { ComparedVersion } from './compared-version.ts';
import { type MatrixRow, type MatrixValue, matrixRows } from './comparison-matrix.ts';
import type { ComparedMany, WholeComparison } from './version-comparison.ts';

/** GitHub takes comments of 65,536 characters. */
const MARKDOWN_LIMIT = 60_000;
const SHOWN_REASONS = 30;

/** As a comment on a pull request: the verdict of each candidate with its reasons, then what differs. */
export function comparisonMarkdown(name: string, compared: ComparedMany): string {
  const verdicts = compared.candidates.map((candidate) => {
    const { outcome, reasons } = candidate.verdict;
    const more = reasons.length - SHOWN_REASONS;
    const shownReasons = reasons.slice(0, SHOWN_REASONS).map((reason) => `- ${escapeMarkdown(reason)}\n`);
    const lines = [...shownReasons, ...(more > 0 ? [`- … and ${more} more\n`] : [])].join('');
    return `**Version ${candidate.v2.version.version}: ${outcome.replace('_', ' ')}**\n\n${lines}${lines === '' ? '' : '\n'}`;
  });
  const title = `### ${escapeMarkdown(name)}: ${versionsText(compared)}\n\n`;
  const above = `${title}${verdicts.join('')}`;
  return `${above}${markdownTableWithin(shownTable(compared), MARKDOWN_LIMIT - above.length)}`;
}

/** What does not fit is counted. */
function markdownTableWithin({ header, rows }: TextTable, limit: number): string {
  let shownRows = rows.length;
  let table = renderMarkdownTable({ header, rows });
  while (table.length > limit && shownRows > 0) {
    shownRows = Math.floor(shownRows * Math.min(0.9, limit / table.length));
    table = renderMarkdownTable({ header, rows: rows.slice(0, shownRows) });
  }
  const more = rows.length - shownRows;
  return more === 0 ? table : `${table}\n… and ${more} more rows\n`;
}

/** For a terminal. */
export function comparisonLines(name: string, compared: ComparedMany): string[] {
  const verdicts = compared.candidates.flatMap(({ v2, verdict }) => [
    `version ${v2.version.version}: ${verdict.outcome.replace('_', ' ')}`,
    ...verdict.reasons.map((reason) => `  ${reason}`),
  ]);
  return [
    plainText(`${name}: ${versionsText(compared)}`),
    '',
    ...verdicts.map(plainText),
    '',
    ...renderPlainTable(shownTable(compared)),
  ];
}

/** All of it, a line for each row, for a spreadsheet. */
export function comparisonCsv(compared: ComparedMany): string {
  const header = [
    'kind',
    'name',
    `version ${numberOf(compared.base)}`,
    ...compared.candidates.flatMap(({ v2: { version } }) =>
      ['', ' difference', ' percent', ' verdict'].map((what) => `version ${version.version}${what}`),
    ),
  ];
  const rows = [...aboutRows(compared), ...matrixRows(compared)].map(({ kind, name, base, values }) => [
    kind,
    name,
    text(base),
    ...values.flatMap(({ value, diff, pctChange, verdict }) => [
      text(value),
      text(diff),
      text(pctChange),
      verdict,
    ]),
  ]);
  return renderCsv({ header, rows });
}

function versionsText({ base, candidates }: ComparedMany): string {
  const numbers = candidates.map(({ v2 }) => v2.version.version);
  return `version${numbers.length === 1 ? '' : 's'} ${numbers.join(', ')} against version ${numberOf(base)}`;
}

interface AboutRow extends Omit<MatrixRow, 'kind'> {
  readonly kind: 'version' | MatrixRow['kind'];
}

/** What people look at first; of hyperparameters only those that differ. */
function shownTable(compared: ComparedMany): TextTable {
  const { base, candidates } = compared;
  const header = ['', ...[base, ...candidates.map(({ versions: [, one] }) => one)].map(headOf)];
  const rows = matrixRows(compared).filter(
    ({ kind, values }) => isMetric(kind) || values.some(({ verdict }) => verdict !== 'same'),
  );
  return {
    header,
    rows: [
      ...rows.map((row) => [rowName(row), shown(row.base), ...row.values.map(shownValue)]),
      ...aboutRows(compared).map((row) => [
        row.name,
        shown(row.base),
        ...row.values.map(({ value }) => shown(value)),
      ]),
    ],
  };
}

function headOf(version: ComparedVersion): string {
  return `${numberOf(version)} (${version.view.stage})`;
}

function rowName({ kind, name }: MatrixRow): string {
  return isMetric(kind) ? name : `${kind} ${name}`;
}

function isMetric(kind: MatrixRow['kind']): boolean {
  return kind === 'metric' || kind === 'dataset_metric';
}

function shownValue({ value, diff, pctChange, verdict }: MatrixValue): string {
  if (diff === null || verdict === 'same') return shown(value);
  const percent = pctChange === null ? '' : `, ${signed(pctChange)} %`;
  return `${shown(value)} (${signed(diff)}${percent}, ${verdict.replace('_', ' ')})`;
}

function signed(value: number): string {
  return value < 0 ? String(value) : `+${value}`;
}

/** Digests are told by their first digits where people read. */
function shown(value: number | string | null): string {
  return value === null ? '–' : text(value).replace(/^sha256:([0-9a-f]{12})[0-9a-f]{52}$/, '$1');
}

function text(value: number | string | null): string {
  return value === null ? '' : String(value);
}

/** What is so of each version as a whole. */
function aboutRows({ base, candidates }: ComparedMany): AboutRow[] {
  const row = (
    name: string,
    ofBase: string | number | null,
    of: (one: WholeComparison) => string | number | null,
  ): AboutRow => ({
    kind: 'version',
    name,
    base: ofBase,
    values: candidates.map((one) => ({ value: of(one), diff: null, pctChange: null, verdict: '' })),
  });
  const about = (name: string, of: (version: ComparedVersion) => string | number | null) =>
    row(name, of(base), ({ versions: [, one] }) => of(one));
  return [
    about('semantic version', ({ view: { record } }) => {
      const label = record?.semanticVersion ?? null;
      return label === null ? null : renderSemanticVersion(label);
    }),
    about('stage', ({ view }) => view.stage),
    about('digest', ({ view }) => view.record?.digest ?? null),
    about('size in bytes', ({ view }) => view.record?.sizeBytes?.toString() ?? null),
    row('signature', null, ({ signature }) => signature.compatibility.replace('_', ' ')),
    row('files', null, ({ files }) => filesText(files)),
    row('gates to production', null, ({ gates }) => gatesText(gates)),
    about('days in production', ({ daysInProduction }) => daysInProduction),
    about('approved by', (version) => approversOf(version).join(', ') || null),
  ];
}

function filesText({ added, removed, changed, renamed, unchangedCount }: WholeComparison['files']): string {
  return `${added.length} added, ${removed.length} removed, ${changed.length} changed, ${renamed.length} renamed, ${unchangedCount} unchanged`;
}

function gatesText(gates: WholeComparison['gates']): string | null {
  if (gates.length === 0) return null;
  const passed = gates.filter(({ outcome }) => outcome === 'passed').length;
  return `${passed} of ${gates.length} pass`;
}

function approversOf({ approvals }: ComparedVersion): string[] {
  const names = approvals.flatMap(({ votes }) =>
    votes.filter(({ decision }) => decision === 'approve').map(({ voter }) => voter.name),
  );
  return [...new Set(names)];
}

function numberOf({ view }: ComparedVersion): number {
  return view.version.version;
}
