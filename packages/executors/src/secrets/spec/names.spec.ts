import { describe, expect, it } from 'vitest';
import {
  isEnvFileName,
  keyComplaint,
  labelValueComplaint,
  nameComplaint,
  namespaceComplaint,
  qualifiedNameComplaint,
} from './names.js';

const good = (complaint: (text: string) => string | undefined) => (text: string) => complaint(text) === undefined;
const long = (length: number) => 'a'.repeat(length);

describe.each<[string, (text: string) => boolean, string[], string[]]>([
  [
    'key of a secret',
    good(keyComplaint),
    ['a', '.dockerconfigjson', 'tls.crt', '-', '_', '.a', 'a..b', long(253), 'A-1_b.c'],
    ['', '.', '..', '..data', 'a b', 'a/b', 'ä', 'a=b', long(254)],
  ],
  [
    'name in an env file',
    isEnvFileName,
    ['A', '_a1', '.a', 'a-b', 'a.b'],
    ['', '1A', '.', '..a', 'A B', 'export A', 'a$'],
  ],
  [
    'name of a secret',
    good(nameComplaint),
    ['a', 'a.b-c', '1', long(253)],
    ['', 'A', '-a', 'a-', 'a..b', 'a_b', '.a', long(254)],
  ],
  ['namespace', good(namespaceComplaint), ['a', 'a-1', long(63)], ['', 'a.b', 'A', '-', long(64)]],
  [
    'name of a label',
    good(qualifiedNameComplaint),
    ['a', 'A_b.c-1', 'example.com/a', long(63)],
    ['', '-a', 'a/', '/a', 'a/b/c', 'A.com/a', long(64)],
  ],
  ['value of a label', good(labelValueComplaint), ['', 'a', 'A_b.c-1'], ['-a', 'a b', 'a/b', long(64)]],
])('names: %s', (what, isGood, allowed, refused) => {
  it.each(allowed)(`%j is accepted as a ${what}`, (text) => expect(isGood(text)).toBe(true));
  it.each(refused)(`%j is refused as a ${what}`, (text) => expect(isGood(text)).toBe(false));
});
