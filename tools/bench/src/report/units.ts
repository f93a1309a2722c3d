import { duration, size } from '@nx-kube/executors/format/units.js';

export type Unit = 'ms' | 'bytes' | 'share' | 'times';

/** A number for a reader; a dash where there is none. Pure. */
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
