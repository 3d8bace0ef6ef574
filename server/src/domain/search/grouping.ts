import type { Token, TokenKind } from './tokenizer.ts';

/**
 * Groups tokens as sqlparse does, as far as a filter can show it: only the outermost level is kept, what
 * stands in brackets is one opaque node. The passes and their order decide what a clause is, so they are
 * sqlparse's; each runs once from left to right.
 */
type GroupKind =
  | 'alias-list'
  | 'array'
  | 'assigned'
  | 'brackets'
  | 'case'
  | 'commented'
  | 'comparison'
  | 'function'
  | 'identifier'
  | 'operation'
  | 'parenthesis'
  | 'typed-literal'
  | 'where';

export interface Node {
  readonly kind: TokenKind | GroupKind;
  readonly text: string;
  /** The parts of a group without white space; empty for a token. */
  readonly parts: readonly Node[];
  /** How deep brackets nest in here. */
  readonly depth: number;
}

type Kind = Node['kind'];

const keywordKinds: ReadonlySet<Kind> = new Set<Kind>(['keyword', 'statement', 'order']);
const groupKinds: ReadonlySet<Kind> = new Set<Kind>([
  'alias-list',
  'array',
  'assigned',
  'brackets',
  'case',
  'commented',
  'comparison',
  'function',
  'identifier',
  'operation',
  'parenthesis',
  'typed-literal',
  'where',
]);
const numberKinds: readonly Kind[] = ['integer', 'float'];
const valueKinds: readonly Kind[] = [...numberKinds, 'string', 'symbol', 'name', 'placeholder'];
const comparable: ReadonlySet<Kind> = new Set<Kind>([
  ...valueKinds,
  'parenthesis',
  'function',
  'identifier',
  'operation',
  'typed-literal',
]);
const operable: ReadonlySet<Kind> = new Set<Kind>([...comparable, 'brackets']);
const aliasable: ReadonlySet<Kind> = new Set<Kind>([
  ...numberKinds,
  'hex',
  'parenthesis',
  'function',
  'case',
  'identifier',
  'operation',
  'comparison',
]);
const listable: ReadonlySet<Kind> = new Set<Kind>([
  ...valueKinds,
  'keyword',
  'wildcard',
  'function',
  'case',
  'identifier',
  'comparison',
  'alias-list',
  'operation',
]);
const closesWhere: ReadonlySet<string> = new Set([
  'ORDER BY',
  'GROUP BY',
  'LIMIT',
  'UNION',
  'UNION ALL',
  'EXCEPT',
  'INTERSECT',
  'HAVING',
  'RETURNING',
  'INTO',
]);

export function isBlank(node: Node): boolean {
  return node.kind === 'space' || node.kind === 'newline';
}

/** Whether the node is this keyword (upper case, as written in `word`). */
export function isKeyword(node: Node | undefined, word: string): boolean {
  return node?.kind === 'keyword' && node.text.toUpperCase() === word;
}

function isPunctuation(node: Node, text: string): boolean {
  return node.kind === 'punctuation' && node.text === text;
}

function group(kind: GroupKind, nodes: readonly Node[], bracket = 0): Node {
  let depth = 0;
  let text = '';
  for (const node of nodes) {
    depth = Math.max(depth, node.depth);
    text += node.text;
  }
  return { kind, text, parts: nodes.filter((node) => !isBlank(node)), depth: depth + bracket };
}

function nextSolid(nodes: readonly Node[], from: number): number {
  let at = from;
  while (at < nodes.length && isBlank(nodes[at] as Node)) at += 1;
  return at;
}

interface Join {
  readonly kind: GroupKind;
  readonly at: (node: Node) => boolean;
  readonly left: (node: Node) => boolean;
  readonly right: (node: Node | undefined) => boolean;
  /** Whether the node on the right becomes part of the group; always, unless given. */
  readonly takesRight?: (node: Node | undefined) => boolean;
}

/** Groups what stands left and right of each joining node. Chains grow to the left. */
function joinAround(nodes: readonly Node[], join: Join): Node[] {
  const out: Node[] = [];
  let leftAt = -1;
  let left: Node | undefined;
  for (let i = 0; i < nodes.length; i += 1) {
    const node = nodes[i] as Node;
    if (isBlank(node)) {
      out.push(node);
      continue;
    }
    const rightAt = join.at(node) ? nextSolid(nodes, i + 1) : -1;
    if (rightAt >= 0 && left !== undefined && join.left(left) && join.right(nodes[rightAt])) {
      const takes = rightAt < nodes.length && (join.takesRight?.(nodes[rightAt]) ?? true);
      const last = takes ? rightAt : i;
      const joined = group(join.kind, [...out.splice(leftAt), ...nodes.slice(i, last + 1)]);
      out.push(joined);
      // What comes next is judged by the last node taken, not by the group.
      left = takes ? (nodes[rightAt] as Node) : joined;
      i = last;
    } else {
      out.push(node);
      left = node;
      leftAt = out.length - 1;
    }
  }
  return out;
}

/** Groups a node that `first` accepts with the solid node after it, when `second` accepts that. */
function joinPairs(
  nodes: readonly Node[],
  kind: GroupKind,
  accept: { first: (node: Node, before: boolean) => boolean; second: (node: Node) => boolean },
): Node[] {
  const out: Node[] = [];
  let before = false;
  for (let i = 0; i < nodes.length; i += 1) {
    const node = nodes[i] as Node;
    const nextAt = nextSolid(nodes, i + 1);
    const next = nodes[nextAt];
    if (next !== undefined && accept.first(node, before) && accept.second(next)) {
      out.push(group(kind, nodes.slice(i, nextAt + 1)));
      i = nextAt;
    } else {
      out.push(node);
    }
    before ||= !isBlank(node);
  }
  return out;
}

/** Groups from each opening node to its closing node; those without a partner stay. */
function joinMatching(
  nodes: readonly Node[],
  kind: GroupKind,
  match: { opens: (node: Node) => boolean; closes: (node: Node) => boolean },
): Node[] {
  const out: Node[] = [];
  const opened: number[] = [];
  for (const node of nodes) {
    out.push(node);
    if (match.opens(node)) {
      opened.push(out.length - 1);
    } else if (match.closes(node)) {
      const from = opened.pop();
      if (from !== undefined) out.push(group(kind, out.splice(from), 1));
    }
  }
  return out;
}

/** Runs of comments become one node, unless nothing follows them. */
function joinComments(nodes: readonly Node[]): Node[] {
  const out: Node[] = [];
  for (let i = 0; i < nodes.length; i += 1) {
    const node = nodes[i] as Node;
    let end = i;
    if (node.kind === 'comment') {
      while (end < nodes.length && (nodes[end]?.kind === 'comment' || nodes[end]?.kind === 'newline'))
        end += 1;
      if (end < nodes.length) {
        out.push(group('commented', nodes.slice(i, end)));
        i = end - 1;
        continue;
      }
      out.push(...nodes.slice(i));
      return out;
    }
    out.push(node);
  }
  return out;
}

/** A group and the comment after it become one group; that is what makes the comparison unreadable. */
function attachComments(nodes: readonly Node[]): Node[] {
  const out: Node[] = [];
  let lastSolid = -1;
  for (const node of nodes) {
    const previous = lastSolid < 0 ? undefined : out[lastSolid];
    if (node.kind === 'commented' && previous !== undefined && groupKinds.has(previous.kind)) {
      const joined = group(previous.kind as GroupKind, out.splice(lastSolid).concat(node));
      out.push({ ...joined, parts: [...previous.parts, node] });
    } else {
      out.push(node);
      if (!isBlank(node)) lastSolid = out.length - 1;
    }
  }
  return out;
}

/** From WHERE to the keyword that ends it, or to the end. */
function joinWhere(nodes: readonly Node[]): Node[] {
  const out: Node[] = [];
  let clause: Node[] | null = null;
  const close = () => {
    if (clause !== null) out.push(group('where', clause));
    clause = null;
  };
  for (const node of nodes) {
    if (clause !== null && node.kind === 'keyword' && closesWhere.has(node.text.toUpperCase())) close();
    if (clause === null && isKeyword(node, 'WHERE')) clause = [node];
    else (clause ?? out).push(node);
  }
  close();
  return out;
}

function joinOrders(nodes: readonly Node[]): Node[] {
  const left = (node: Node) =>
    node.kind === 'identifier' || node.kind === 'hex' || numberKinds.includes(node.kind);
  return joinAround(nodes, {
    kind: 'identifier',
    at: (node) => node.kind === 'order',
    left,
    right: () => true,
    takesRight: () => false,
  });
}

const toGroups: readonly ((nodes: readonly Node[]) => Node[])[] = [
  joinComments,
  (nodes) =>
    joinMatching(nodes, 'brackets', {
      opens: (node) => isPunctuation(node, '['),
      closes: (node) => isPunctuation(node, ']'),
    }),
  (nodes) =>
    joinMatching(nodes, 'parenthesis', {
      opens: (node) => isPunctuation(node, '('),
      closes: (node) => isPunctuation(node, ')'),
    }),
  (nodes) =>
    joinMatching(nodes, 'case', {
      opens: (node) => isKeyword(node, 'CASE'),
      closes: (node) => isKeyword(node, 'END'),
    }),
  (nodes) =>
    joinPairs(nodes, 'function', {
      first: (node) => node.kind === 'name' || node.kind === 'builtin' || node.kind === 'placeholder',
      second: (node) => node.kind === 'parenthesis',
    }),
  joinWhere,
  (nodes) =>
    joinAround(nodes, {
      kind: 'identifier',
      at: (node) =>
        isPunctuation(node, '.') || (node.kind === 'operator' && (node.text === '->' || node.text === '->>')),
      left: (node) => ['name', 'symbol', 'identifier', 'brackets'].includes(node.kind),
      right: () => true,
      takesRight: (node) =>
        node !== undefined &&
        ['name', 'symbol', 'string', 'wildcard', 'brackets', 'function'].includes(node.kind),
    }),
  (nodes) =>
    joinAround(nodes, {
      kind: 'identifier',
      at: (node) => node.kind === 'brackets',
      left: (node) => ['name', 'symbol', 'identifier', 'brackets', 'function'].includes(node.kind),
      right: () => true,
      takesRight: () => false,
    }),
  (nodes) =>
    nodes.map((node) =>
      node.kind === 'name' || node.kind === 'symbol' ? group('identifier', [node]) : node,
    ),
  joinOrders,
  (nodes) =>
    joinAround(nodes, {
      kind: 'identifier',
      at: (node) => isPunctuation(node, '::'),
      left: () => true,
      right: (node) => node !== undefined,
    }),
  (nodes) =>
    joinPairs(nodes, 'typed-literal', {
      first: (node, before) => before && node.kind === 'builtin',
      second: (node) => node.kind === 'string',
    }),
  (nodes) =>
    joinAround(nodes, {
      kind: 'operation',
      at: (node) => node.kind === 'operator' || node.kind === 'wildcard',
      left: (node) => operable.has(node.kind),
      right: (node) => node !== undefined && operable.has(node.kind),
    }),
  (nodes) =>
    joinAround(nodes, {
      kind: 'comparison',
      at: (node) => node.kind === 'comparator',
      left: (node) => comparable.has(node.kind) || isKeyword(node, 'NULL'),
      right: (node) => node !== undefined && (comparable.has(node.kind) || isKeyword(node, 'NULL')),
    }),
  (nodes) =>
    joinAround(nodes, {
      kind: 'identifier',
      at: (node) => isKeyword(node, 'AS'),
      left: (node) => isKeyword(node, 'NULL') || !keywordKinds.has(node.kind),
      right: (node) => node !== undefined && node.kind !== 'statement',
    }),
  (nodes) =>
    joinPairs(nodes, 'identifier', {
      first: (node) => aliasable.has(node.kind),
      second: (node) => node.kind === 'identifier',
    }),
  (nodes) =>
    joinAround(nodes, {
      kind: 'assigned',
      at: (node) => node.kind === 'assignment',
      left: (node) => node.kind !== 'keyword',
      right: (node) => node !== undefined && node.kind !== 'keyword',
    }),
  attachComments,
  (nodes) =>
    joinAround(nodes, {
      kind: 'alias-list',
      at: (node) => isPunctuation(node, ','),
      left: (node) => listable.has(node.kind),
      right: (node) => node !== undefined && listable.has(node.kind),
    }),
];

/** The outermost nodes of one statement. */
export function groupTokens(tokens: readonly Token[]): Node[] {
  const nodes: Node[] = tokens.map((token) => ({ ...token, parts: [], depth: 0 }));
  return toGroups.reduce<Node[]>((current, pass) => pass(current), nodes);
}
