import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';

/** `OTEL_TRACES_SAMPLER` and its argument, a share from 0 to 1. */
export interface SamplerSetting {
  readonly name: 'always_on' | 'always_off' | 'traceidratio';
  /** Who is part of somebody's trace does as they do. */
  readonly isParentBased: boolean;
  readonly share: number;
}

export function samplerOf({ name, isParentBased, share }: SamplerSetting): Sampler {
  const root = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(share),
  }[name]();
  return isParentBased ? new ParentBasedSampler({ root }) : root;
}
