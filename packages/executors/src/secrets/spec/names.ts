/** What is wrong with a name, completing "it …"; undefined if nothing is. Rules of the API server and of kubectl. */
type Complaint = string | undefined;

const longestKey = 253;

/** A key of a Secret's data. */
export function keyComplaint(key: string): Complaint {
  if (key.length > longestKey) return `is longer than ${longestKey} characters`;
  if (!/^[-._a-zA-Z0-9]+$/.test(key)) return 'may only have letters, digits, -, _ and .';
  if (key === '.' || key.startsWith('..')) return 'may not be . nor begin with ..';
  return undefined;
}

/** The name before `=` in an env file. */
export function isEnvFileName(name: string): boolean {
  return /^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(name) && name !== '.' && !name.startsWith('..');
}

const label = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
const subdomain = new RegExp(`^${label}(?:\\.${label})*$`);

/** The name of a Secret. */
export function nameComplaint(name: string): Complaint {
  if (name.length > 253) return 'is longer than 253 characters';
  return subdomain.test(name)
    ? undefined
    : 'may only have small letters, digits, - and ., and begins and ends with one of the first two';
}

export function namespaceComplaint(name: string): Complaint {
  if (name.length > 63) return 'is longer than 63 characters';
  return new RegExp(`^${label}$`).test(name)
    ? undefined
    : 'may only have small letters, digits and -, and begins and ends with one of the first two';
}

const qualified = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/** The name of a label or an annotation: `name` or `prefix/name`. */
export function qualifiedNameComplaint(name: string): Complaint {
  const [last = '', prefix, ...more] = name.split('/').reverse();
  const good = qualified.test(last) && more.length === 0 && (prefix === undefined || subdomain.test(prefix));
  return good ? undefined : 'is not of the form name or prefix/name';
}

export function labelValueComplaint(value: string): Complaint {
  return value === '' || qualified.test(value)
    ? undefined
    : 'may have at most 63 letters, digits, -, _ and ., and begins and ends with one of the first two';
}
