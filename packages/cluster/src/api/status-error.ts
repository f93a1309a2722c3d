import type { Culprit } from '../errors.js';
import { subject, type Ref } from '../object/kube-object.js';
import { ApiError, type StatusCause } from './api-error.js';

/** Parts of an error answer that `apiErrorOf` reads. */
export interface ErrorAnswer {
  status: number;
  /** Body, or its beginning. */
  body: string;
  retryAfter?: string;
}

interface KubeStatus {
  message?: string;
  reason?: string;
  details?: { causes?: StatusCause[]; retryAfterSeconds?: number };
}

/**
 * Makes the error for an answer of the API server. It holds only the server's message and causes. For Secrets it holds
 * only field names, because messages of type and validation errors quote values.
 *
 * @param request method, path and subject, for answers that do not name their object
 */
export function apiErrorOf(answer: ErrorAnswer, request: { method: string; path: string; subject?: Ref }): ApiError {
  const parsed = parseStatus(answer.body);
  // Server-side apply answers 500 for a manifest with a wrong field or value; a retry would not help.
  const unfit = answer.status === 500 && unfitManifest.test(parsed?.message ?? '');
  const status = unfit ? 422 : answer.status;
  const reason = (!unfit && parsed?.reason) || httpReasons[status] || `HTTP ${status}`;
  const about = request.subject ? subject(request.subject) : `${request.method} ${request.path}`;
  const secret = request.subject?.kind === 'Secret' || /\/secrets(\/|$)/.test(request.path);
  const quotesValues = secret && [400, 422, 500].includes(status);
  const causes = (parsed?.details?.causes ?? []).map((cause) => (quotesValues ? withoutValues(cause) : cause));
  const message = quotesValues
    ? fieldsOnly(reason, causes, parsed?.message)
    : withoutSubject(parsed?.message ?? reason).slice(0, secret ? undefined : longestMessage);
  return new ApiError(culpritOf(status), `${about}: ${message}`, {
    status,
    reason,
    causes,
    retryAfterMs: retryAfterMs(answer.retryAfter, parsed?.details?.retryAfterSeconds),
    next: nextStep(status),
  });
}

/**
 * Length (characters) at which messages are cut. Messages about Secrets are not cut: an admission webhook may quote a
 * value, and redaction cannot find a value that is cut in two.
 */
const longestMessage = 2000;

const unfitManifest = /^failed to (?:create typed [\w ]+|convert [\w ]+) \([^)]*\)[\w ]*: /;

/** Makes the error for a request that got no answer. */
export function noAnswer(server: string, cause: unknown): ApiError {
  const reason = systemCode(cause) ?? 'NoAnswer';
  const certificate = certificateProblem.test(reason);
  return new ApiError(
    certificate ? 'configuration' : 'cluster',
    certificate
      ? `The certificate of the API server ${server} does not match the kubeconfig (${reason}).`
      : `The API server ${server} does not answer (${reason}).`,
    {
      status: 0,
      reason,
      cause,
      next: certificate
        ? 'Write the kubeconfig again if the cluster was recreated.'
        : 'Start the cluster, or choose another context.',
    },
  );
}

const certificateProblem = /CERT|UNABLE_TO_(?:VERIFY|GET_ISSUER)|^ERR_SSL_|^ERR_TLS_/;

/** Whether client and server disagree about certificates, as after the cluster was recreated. */
export function isCertificateProblem(error: unknown): boolean {
  return error instanceof ApiError && error.status === 0 && certificateProblem.test(error.reason);
}

/** Code (`ECONNREFUSED`, `UND_ERR_SOCKET`) of an error, of its cause, or of the first error that it aggregates. */
function systemCode(error: unknown): string | undefined {
  for (let at = error as { code?: unknown; cause?: unknown; errors?: unknown[] } | undefined; at;) {
    if (typeof at.code === 'string') return at.code;
    at = (at.cause ?? at.errors?.[0]) as typeof at;
  }
  return undefined;
}

function parseStatus(body: string): KubeStatus | undefined {
  try {
    const parsed = JSON.parse(body) as { kind?: string } & KubeStatus;
    return parsed?.kind === 'Status' ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** Removes the object's name, which our messages already start with. */
function withoutSubject(message: string): string {
  return message.replace(/^\S+ "[^"]*" is invalid: /, '').replace(unfitManifest, '');
}

/** Keeps for each cause whether its field is immutable: that decides whether the object may be recreated. */
function withoutValues({ field, message = '' }: StatusCause): StatusCause {
  return /: field is immutable\b/.test(message) ? { field, message: 'field is immutable' } : { field };
}

/** Text before the value in the message of a validation or type error. */
const beforeValues = /^.*?(?=\b(?:expected|got|\w+ value)\b|$)/s;

function fieldsOnly(reason: string, causes: readonly StatusCause[], message = ''): string {
  const named = beforeValues
    .exec(message)![0]
    .match(/\.?\b(?:data|stringData|metadata|immutable|type)\b(?:\.[-._a-zA-Z0-9]+|\[[-._a-zA-Z0-9]+\])*/g);
  const fields = [...new Set([...causes.map(({ field }) => field), ...(named ?? [])])].filter(Boolean);
  const hints = [
    /immutable/.test(message) && '; a field is immutable',
    /illegal base64/.test(message) && '; a value of data is not base64',
  ];
  const where = fields.length > 0 ? ` at ${fields.join(', ')}` : '';
  return `the server refuses the Secret (${reason})${where}${hints.filter(Boolean).join('')}; its message may quote values and is not shown`;
}

function retryAfterMs(header: string | undefined, seconds: number | undefined): number | undefined {
  const fromHeader = header === undefined || header.trim() === '' ? undefined : Number(header);
  if (fromHeader !== undefined && Number.isFinite(fromHeader)) return fromHeader * 1000;
  const date = header ? Date.parse(header) : NaN;
  if (!Number.isNaN(date)) return Math.max(0, date - Date.now());
  return seconds === undefined ? undefined : seconds * 1000;
}

const httpReasons: Record<number, string> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  502: 'BadGateway',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

function culpritOf(status: number): Culprit {
  return status >= 500 || status === 429 ? 'cluster' : 'configuration';
}

function nextStep(status: number): string | undefined {
  if (status === 401) return 'Log in again: the user of the kubeconfig context is not accepted.';
  if (status === 403) return 'Ask for the permission, or use a context whose user has it.';
  if (status === 400 || status === 422) return 'Fix the field in the manifest.';
  if (status >= 500 || status === 429)
    return 'Try again; if it stays, look at the API server and its admission webhooks.';
  return undefined;
}
