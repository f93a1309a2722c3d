import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';

/** What is wrong with a certificate and its key, both PEM; undefined if they are a pair. Says nothing of what is in them. */
export function tlsComplaint(cert: Buffer, key: Buffer): { field: 'cert' | 'key'; mistake: string } | undefined {
  let certificate: X509Certificate;
  let privateKey: KeyObject;
  try {
    // Of a chain the first one: the server's own.
    certificate = new X509Certificate(pem(cert));
  } catch {
    return { field: 'cert', mistake: 'holds no PEM certificate' };
  }
  try {
    privateKey = createPrivateKey(pem(key));
  } catch {
    const encrypted = /ENCRYPTED/.test(key.toString('latin1'));
    return { field: 'key', mistake: encrypted ? 'is encrypted' : 'holds no PEM private key' };
  }
  if (certificate.checkPrivateKey(privateKey)) return undefined;
  return { field: 'key', mistake: 'is not the key of the certificate' };
}

/** Node reads DER too, which the API server and kubectl refuse. */
function pem(bytes: Buffer): Buffer {
  if (!bytes.includes('-----BEGIN ')) throw new Error('not PEM');
  return bytes;
}
