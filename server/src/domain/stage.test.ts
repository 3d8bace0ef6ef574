import { describe, expect, test } from 'vitest';
import {
  fromMlflowStage,
  MLFLOW_STAGES,
  parseMlflowStage,
  parseStage,
  STAGES,
  toMlflowStage,
} from './stage.ts';

describe('our stages and MLflow’s', () => {
  test('map to and fro, deprecated being a mark on Archived', () => {
    for (const stage of STAGES)
      expect(fromMlflowStage(toMlflowStage(stage), stage === 'deprecated')).toBe(stage);
  });

  test('the mark counts only while MLflow says Archived', () => {
    for (const stage of MLFLOW_STAGES)
      expect(fromMlflowStage(stage, true) === 'deprecated').toBe(stage === 'Archived');
  });

  test('are read in any case', () => {
    expect(parseStage('PRODUCTION')).toBe('production');
    expect(parseMlflowStage('none')).toBe('None');
  });

  test('each kind refuses the other, with what is accepted', () => {
    expect(() => parseStage('None')).toThrow("MLflow's stage None is called development here");
    expect(() => parseStage('live')).toThrow('development, staging, production, archived, deprecated');
    expect(() => parseMlflowStage('development')).toThrow(
      'Invalid Model Version stage: development. Value must be one of None, Staging, Production, Archived.',
    );
  });
});
