import { defineConfig } from 'vitest/config';

/** The image, built and run as far as that goes without a container engine: heavier than the tests. */
export default defineConfig({
  test: { include: ['test/deploy/**/*.replay.ts'], testTimeout: 60_000, hookTimeout: 60_000 },
});
