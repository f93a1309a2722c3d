import { NxKubeError } from '@nx-kube/cluster';

const units: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Converts a duration before now (`90s`, `10m`, `1h30m`) to a time in RFC 3339. Pure.
 *
 * @param now ms since the epoch
 * @throws NxKubeError (configuration) when the option is not a duration
 */
export function since(option: string, now: number): string {
  const parts = [...option.matchAll(/(\d+)([smhd])/g)];
  if (!parts.length || parts.map(([text]) => text).join('') !== option) {
    throw new NxKubeError('configuration', `"since": "${option}" is not a duration.`, {
      next: 'Write it like 90s, 10m or 1h30m.',
    });
  }
  const ms = parts.reduce((sum, [, count, unit]) => sum + Number(count) * units[unit!]!, 0);
  return new Date(now - ms).toISOString();
}
