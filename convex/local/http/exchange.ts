// What every listener does with a request and an answer.

import type { IncomingMessage, ServerResponse } from "node:http";

/** An answer of the transport: nothing was run. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** The body of a request of at most `limit` bytes. */
export async function bodyOf(request: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    if (length > limit) {
      const message = "Failed to buffer the request body: length limit exceeded";
      throw new HttpError(400, "BadJsonBody", message);
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/** A complete answer, before it is sent. */
export interface Answer {
  status: number;
  contentType: string;
  body: string;
}

export function json(status: number, value: unknown): Answer {
  return { status, contentType: "application/json", body: JSON.stringify(value) };
}

export function text(status: number, body: string): Answer {
  return { status, contentType: "text/plain", body };
}

/** The answer to whatever went wrong. Only what nobody foresaw is printed. */
export function failure(error: unknown): Answer {
  if (error instanceof HttpError) {
    return json(error.status, { code: error.code, message: error.message });
  }
  console.error(error);
  const message = "Your request couldn't be completed. Try again later.";
  return json(500, { code: "InternalServerError", message });
}

/** Sends `answer`, and more headers than its type. Returns the bytes of its body. */
export function send(
  response: ServerResponse,
  answer: Answer,
  headers: Record<string, string> = {},
): number {
  const bytes = Buffer.from(answer.body);
  // A body that was not read to its end must not be taken for the next request.
  if (!response.req.complete) response.setHeader("connection", "close");
  response.writeHead(answer.status, {
    "content-type": answer.contentType,
    "content-length": bytes.length,
    ...headers,
  });
  response.end(bytes);
  return bytes.length;
}
