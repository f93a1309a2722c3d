/** What a promise resolves to, or undefined where it has not after so long. */
export async function timeout<T>(ms: number, promise: Promise<T> | undefined): Promise<T | undefined> {
  if (!promise) return undefined;
  let timer!: NodeJS.Timeout;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), ms)));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
