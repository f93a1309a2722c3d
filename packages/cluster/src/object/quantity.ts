const suffixes = new Map<string, bigint>();
for (const [power, suffix] of ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'].entries()) {
  suffixes.set(suffix, 10n ** BigInt(3 * power));
}
for (const [power, suffix] of ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].entries()) {
  suffixes.set(suffix, 10n ** 9n * 1024n ** BigInt(power + 1));
}

/**
 * Parses a Kubernetes quantity (`500m`, `1Gi`, `2`, `1e3`).
 *
 * @returns the quantity in billionths; undefined if the value is not a quantity, or not a whole number of billionths
 */
export function parseQuantity(value: unknown): bigint | undefined {
  const match = /^([+-]?)([0-9]*)\.?([0-9]*)(?:[eE]([+-]?[0-9]{1,2})|(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]?))$/.exec(
    String(value),
  );
  if (!match || (typeof value !== 'string' && typeof value !== 'number')) return undefined;
  const [, sign, whole = '', fraction = '', exponent, suffix = ''] = match;
  if (whole + fraction === '') return undefined;
  const scale = exponent === undefined ? suffixes.get(suffix)! : 10n ** 9n;
  const power = BigInt(exponent ?? 0) - BigInt(fraction.length);
  const mantissa = BigInt(whole + fraction) * scale;
  const magnitude = power >= 0n ? mantissa * 10n ** power : wholeQuotient(mantissa, 10n ** -power);
  return magnitude === undefined ? undefined : sign === '-' ? -magnitude : magnitude;
}

function wholeQuotient(dividend: bigint, divisor: bigint): bigint | undefined {
  return dividend % divisor === 0n ? dividend / divisor : undefined;
}
