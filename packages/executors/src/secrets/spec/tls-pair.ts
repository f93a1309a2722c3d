import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';

/**
 * Checks that a PEM certificate and a PEM key are a pair. The mistake never quotes them; undefined means a valid pair.
 */
export function tlsComplaint(cert: Buffer, key: Buffer): { field: 'cert' | 'key'; mistake: string } | undefined {
  let certificate: X509Certificate;
  let privateKey: KeyObject;
  try {
    // Node reads the first certificate of a chain, which is the server's own.
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

/** Refuses DER, which Node reads but the API server and kubectl do not. */
function pem(bytes: Buffer): Buffer {
  if (!bytes.includes('-----BEGIN ')) throw new Error('not PEM');
  return bytes;
}
