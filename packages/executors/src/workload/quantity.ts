const units: Record<string, number> = {
  ...Object.fromEntries(['', 'k', 'M', 'G', 'T', 'P', 'E'].map((unit, i) => [unit, 1000 ** i])),
  ...Object.fromEntries(['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((unit, i) => [unit, 1024 ** (i + 1)])),
  m: 1 / 1000,
  u: 1e-6,
  n: 1e-9,
};

/** A quantity of Kubernetes (`256Mi`, `500m`, `2`, `1e3`) as a number; undefined for what is none. Pure. */
export function quantity(text: unknown): number | undefined {
  const [, number, unit = ''] = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)([a-zA-Z]*)$/.exec(String(text)) ?? [];
  const factor = units[unit];
  return number === undefined || factor === undefined ? undefined : Number(number) * factor;
}
