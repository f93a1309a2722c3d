/** What kubectl writes under `.dockerconfigjson`. Pure. */
export function dockerConfigJson(
  server: string,
  { username, password, email }: { username: string; password: string; email?: string },
): string {
  const auth = dockerAuth(username, password);
  return JSON.stringify({ auths: { [server]: { username, password, ...(email && { email }), auth } } });
}

export function dockerAuth(username: string, password: string): string {
  return Buffer.from(`${username}:${password}`).toString('base64');
}
