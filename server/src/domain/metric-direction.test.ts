import { expect, test } from 'vitest';
import { metricDirection } from './metric-direction.ts';

test.each([
  ['accuracy', 'higher_is_better'],
  ['Val_Accuracy', 'higher_is_better'],
  ['val/accuracy', 'higher_is_better'],
  ['recall/camera:ir', 'higher_is_better'],
  ['f1-score', 'higher_is_better'],
  ['test_mAP50', 'higher_is_better'],
  ['loss', 'lower_is_better'],
  ['train_box_loss', 'lower_is_better'],
  ['RMSE', 'lower_is_better'],
  ['latency_ms', 'lower_is_better'],
  ['birds', null],
  ['', null],
  ['/', null],
  ['constructor', null],
])('the direction of %s is %s', (name, direction) => {
  expect(metricDirection(name)).toBe(direction);
});
