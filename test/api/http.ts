import { request } from 'node:http';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** A request over a real connection; an answer that comes before the whole body was sent is an answer. */
export function sendHttp(
  port: number,
  {
    method,
    path,
    headers = {},
    body,
  }: { method: string; path: string; headers?: Record<string, string>; body?: string | Buffer },
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    let answered = false;
    const call = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (answer) => {
      answered = true;
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.once('error', reject);
      answer.once('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          text: Buffer.concat(parts).toString(),
        }),
      );
    });
    // A server that has answered stops reading: what cannot be written any more is of no interest.
    call.once('error', (error) => {
      if (!answered) reject(error);
    });
    call.end(body);
  });
}
