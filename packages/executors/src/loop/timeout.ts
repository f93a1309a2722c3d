/** Resolves to the promise's value, or to undefined after `ms`. */
export async function timeout<T>(ms: number, promise: Promise<T> | undefined): Promise<T | undefined> {
  if (!promise) return undefined;
  let timer!: NodeJS.Timeout;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), ms)));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
