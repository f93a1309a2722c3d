/** Returns the value that kubectl writes under the key `.dockerconfigjson`. Pure. */
export function dockerConfigJson(
  server: string,
  { username, password, email }: { username: string; password: string; email?: string },
): string {
  const auth = dockerAuth(username, password);
  return JSON.stringify({ auths: { [server]: { username, password, ...(email && { email }), auth } } });
}

/** Returns the `auth` field of a registry's entry: base64 of `username:password`. Pure. */
export function dockerAuth(username: string, password: string): string {
  return Buffer.from(`${username}:${password}`).toString('base64');
}
