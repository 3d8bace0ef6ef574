#!/usr/bin/env node
// Plain JavaScript, so that any Node can read it and say what is missing. Node 24 comes with `npm ci`;
// npm scripts find it, a bare call of this file may not.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 15)) {
  console.error(
    `FarmIQ Model Registry needs Node >= 24.15, but this is ${process.versions.node}. Start it with "npm start" after "npm ci", which brings its own Node.`,
  );
  process.exit(1);
}
const { enableCompileCache } = await import('node:module');
enableCompileCache();
await import('../src/main.ts');
