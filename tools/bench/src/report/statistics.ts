/**
 * Returns a quantile of the values, with linear interpolation: the median for 0.5. Undefined if there are no values.
 *
 * @param part 0 to 1
 */
export function quantile(values: number[], part: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * part;
  const [below, above] = [sorted[Math.floor(position)], sorted[Math.ceil(position)]];
  return below === undefined || above === undefined ? undefined : below + (above - below) * (position % 1);
}

export function median(values: number[]): number | undefined {
  return quantile(values, 0.5);
}

/** Returns the median of the defined values. */
export function medianOf<Item>(items: Item[], value: (item: Item) => number | undefined): number | undefined {
  return median(those(items, value));
}

/** Returns the first and third quartile of the defined values. Half of the values lie between them. */
export function middleHalf<Item>(
  items: Item[],
  value: (item: Item) => number | undefined,
): [number, number] | undefined {
  const values = those(items, value);
  return values.length ? [quantile(values, 0.25)!, quantile(values, 0.75)!] : undefined;
}

function those<Item>(items: Item[], value: (item: Item) => number | undefined): number[] {
  return items.map(value).filter((one) => one !== undefined);
}
