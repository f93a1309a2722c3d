import { duration, size } from '@nx-kube/executors/format/units.js';

export type Unit = 'ms' | 'bytes' | 'share' | 'times';

/** Formats a number with its unit, or a dash if it is undefined. Pure. */
export function shown(value: number | undefined, unit: Unit): string {
  if (value === undefined) return '–';
  switch (unit) {
    case 'ms':
      return value < 0 ? `-${duration(-value)}` : duration(value);
    case 'bytes':
      return size(value);
    case 'share':
      return `${(value * 100).toFixed(2)} %`;
    case 'times':
      return `${value.toFixed(1)} ×`;
  }
}
