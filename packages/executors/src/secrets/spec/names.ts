/** Mistake in a name that completes "it …", by the rules of the API server and kubectl; undefined for a valid name. */
type Complaint = string | undefined;

const longestKey = 253;

/** Checks a key of a Secret's data. */
export function keyComplaint(key: string): Complaint {
  if (key.length > longestKey) return `is longer than ${longestKey} characters`;
  if (!/^[-._a-zA-Z0-9]+$/.test(key)) return 'must consist of letters, digits, ., - and _';
  if (key === '.' || key.startsWith('..')) return 'must not begin with .. and must not be a single dot';
  return undefined;
}

/** Whether a name may stand before `=` in an env file. */
export function isEnvFileName(name: string): boolean {
  return /^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(name) && name !== '.' && !name.startsWith('..');
}

const label = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
const subdomain = new RegExp(`^${label}(?:\\.${label})*$`);

/** Checks the name of a Secret. */
export function nameComplaint(name: string): Complaint {
  if (name.length > 253) return 'is longer than 253 characters';
  return subdomain.test(name)
    ? undefined
    : 'must consist of lowercase letters, digits, . and -, and must begin and end with a letter or digit';
}

/** Checks the name of a namespace. */
export function namespaceComplaint(name: string): Complaint {
  if (name.length > 63) return 'is longer than 63 characters';
  return new RegExp(`^${label}$`).test(name)
    ? undefined
    : 'must consist of lowercase letters, digits and -, and must begin and end with a letter or digit';
}

const qualified = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/** Checks the name of a label or an annotation: `name` or `prefix/name`. */
export function qualifiedNameComplaint(name: string): Complaint {
  const [last = '', prefix, ...more] = name.split('/').reverse();
  const good = qualified.test(last) && more.length === 0 && (prefix === undefined || subdomain.test(prefix));
  return good ? undefined : 'is not of the form name or prefix/name';
}

/** Checks the value of a label. */
export function labelValueComplaint(value: string): Complaint {
  return value === '' || qualified.test(value)
    ? undefined
    : 'must consist of at most 63 letters, digits, ., - and _, and must begin and end with a letter or digit';
}
