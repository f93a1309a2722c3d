import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { certificate, privateKey } from '../read/tls.fixture.js';
import { tlsComplaint } from './tls-pair.js';

const { privateKey: other } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = (options = {}) => other.export({ type: 'pkcs8', format: 'pem', ...options }).toString();
const check = (cert: string | Buffer, key: string | Buffer) => tlsComplaint(Buffer.from(cert), Buffer.from(key));

describe('tlsComplaint', () => {
  it('a certificate, or a chain that begins with it, is accepted with its own key', () => {
    expect(check(certificate, privateKey)).toBeUndefined();
    expect(check(certificate + certificate, privateKey)).toBeUndefined();
    expect(check(privateKey + certificate, privateKey)).toBeUndefined();
  });

  it.each([
    ['another key', certificate, pem(), { field: 'key', mistake: 'is not the key of the certificate' }],
    [
      'an encrypted key',
      certificate,
      pem({ cipher: 'aes-256-cbc', passphrase: 'x' }),
      { field: 'key', mistake: 'is encrypted' },
    ],
    ['no key', certificate, certificate, { field: 'key', mistake: 'holds no PEM private key' }],
    ['no certificate', privateKey, privateKey, { field: 'cert', mistake: 'holds no PEM certificate' }],
    ['nothing', '', '', { field: 'cert', mistake: 'holds no PEM certificate' }],
    [
      'a broken certificate',
      certificate.replace('MIIB', 'MIIX'),
      privateKey,
      { field: 'cert', mistake: 'holds no PEM certificate' },
    ],
  ])('a TLS pair with %s is refused', (_, cert, key, complaint) => expect(check(cert, key)).toEqual(complaint));

  it('DER is refused, because the API server does not read it', () => {
    const der = Buffer.from(certificate.replace(/-----.*-----|\n/g, ''), 'base64');
    expect(check(der, privateKey)).toEqual({ field: 'cert', mistake: 'holds no PEM certificate' });
  });
});
