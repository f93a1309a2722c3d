/**
 * The value below which a part of the values lies, between two of them by their distance: the median for 0.5. Undefined of nothing.
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

/** The median of what is there. */
export function medianOf<Item>(items: Item[], value: (item: Item) => number | undefined): number | undefined {
  return median(those(items, value));
}

/** First and third quartile of what is there: half of the values lie between. */
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
