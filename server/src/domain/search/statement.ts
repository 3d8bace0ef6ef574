import { groupTokens, isBlank, isKeyword, type Node } from './grouping.ts';
import { checkText, MAX_DEPTH } from './limits.ts';
import { type Token, tokenize } from './tokenizer.ts';

/**
 * A text as one SQL statement. `unreadable`: too many tokens or too deep. `count` other than 1: nothing but
 * white space, or more than one statement.
 */
export type Statement =
  | { readonly unreadable: true }
  | { readonly unreadable: false; readonly count: number; readonly nodes: readonly Node[] };

/** Where a statement ends: behind `;` outside parentheses, or behind the word GO, with the blanks after it. */
function splitStatements(tokens: readonly Token[]): Token[][] {
  const statements: Token[][] = [];
  let current: Token[] = [];
  let level = 0;
  let ended = false;
  for (const token of tokens) {
    if (ended && token.kind !== 'space' && token.kind !== 'comment') {
      statements.push(current);
      current = [];
      level = 0;
      ended = false;
    }
    current.push(token);
    if (token.text === '(') level += 1;
    else if (token.text === ')') level -= 1;
    else if (token.text === ';') ended ||= level <= 0;
    else if (token.kind === 'keyword') ended ||= /^GO(?:\s|$)/.test(token.text);
  }
  if (current.some((token) => token.kind !== 'space' && token.kind !== 'newline')) statements.push(current);
  return statements;
}

/**
 * Reads the text as SQL. `what` names it in the error.
 * @throws `invalid_argument` for text beyond the limits of `limits.ts`.
 */
export function readStatement(text: string, what: string): Statement {
  checkText(text, what);
  const tokens = tokenize(text);
  if (tokens === null) return { unreadable: true };
  const statements = splitStatements(tokens);
  const first = statements[0];
  const nodes = first === undefined ? [] : groupTokens(first);
  return nodes.some((node) => node.depth > MAX_DEPTH)
    ? { unreadable: true }
    : { unreadable: false, count: statements.length, nodes };
}

/** A comparison made of a key, a test that is a keyword, and perhaps a list. */
function wordComparison(key: Node, word: string, list: Node | null): Node {
  const test: Node = { kind: 'keyword', text: word, parts: [], depth: 0 };
  const parts = list === null ? [key, test] : [key, test, list];
  return { kind: 'comparison', text: parts.map((part) => part.text).join(''), parts, depth: 0 };
}

/** The comparison that starts at `at` and how many nodes it takes; null when none does. */
function findWordComparison(nodes: readonly Node[], at: number): { node: Node; length: number } | null {
  const [key, second, third, fourth] = nodes.slice(at, at + 4);
  if (key === undefined || second === undefined || third === undefined) return null;
  if (isKeyword(second, 'IN') && third.kind === 'parenthesis') {
    return { node: wordComparison(key, 'IN', third), length: 3 };
  }
  if (isKeyword(second, 'IS') && (isKeyword(third, 'NULL') || isKeyword(third, 'NOT NULL'))) {
    return { node: wordComparison(key, `IS ${third.text.toUpperCase()}`, null), length: 3 };
  }
  if (isKeyword(second, 'NOT') && isKeyword(third, 'IN') && fourth?.kind === 'parenthesis') {
    return { node: wordComparison(key, 'NOT IN', fourth), length: 4 };
  }
  return null;
}

/** The statement's clauses without white space, with IN, NOT IN, IS NULL and IS NOT NULL as comparisons. */
export function joinWordComparisons(nodes: readonly Node[]): Node[] {
  const solid = nodes.filter((node) => !isBlank(node));
  const out: Node[] = [];
  for (let i = 0; i < solid.length; ) {
    const candidate = solid[i]?.kind === 'identifier' && solid.length - i >= 3;
    const found = candidate ? findWordComparison(solid, i) : null;
    const length = found?.length ?? (candidate ? 4 : 1);
    // MLflow: a key that starts no such comparison hides the three clauses after it from this search.
    out.push(...(found === null ? solid.slice(i, i + length) : [found.node]));
    i += length;
  }
  return out;
}
