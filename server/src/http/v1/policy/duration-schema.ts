import { Type } from '../schema-builder.ts';

export const duration = (meaning: string) =>
  Type.String({
    description: `${meaning} ISO 8601 in weeks, days, hours, minutes and seconds: \`PT24H\`, \`P14D\`.`,
  });
