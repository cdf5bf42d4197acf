import { createHmac, randomBytes } from "node:crypto";
import type { AwsError, Call } from "./call";
import { fires } from "./faults";
import { type Input, violation } from "./jsonProtocol";

const secret = randomBytes(32);

/** A token that means nothing to the client and that fits only the listing it came from. AWS gives none twice in a listing. */
export function pageToken(listing: string, offset: number, salt = randomBytes(6)): string {
  const position = Buffer.alloc(6);
  position.writeUIntBE(offset, 0, 6);
  const seal = createHmac("sha256", secret).update(`${listing}\n${offset}\n`).update(salt).digest().subarray(0, 24);
  return Buffer.concat([position, salt, seal]).toString("base64url");
}

/** The offset in a token, or undefined where the token was not given out for this listing. */
export function tokenOffset(listing: string, token: string): number | undefined {
  const bytes = Buffer.from(token, "base64url");
  const offset = bytes.length === 36 ? bytes.readUIntBE(0, 6) : undefined;
  return offset !== undefined && pageToken(listing, offset, bytes.subarray(6, 12)) === token ? offset : undefined;
}

/** How one API pages: its members' names, its maximum, its error names. */
export interface Paging {
  readonly sizeMember: string;
  readonly maximum: number;
  /** The size of a page where the request names none. */
  readonly size: number;
  readonly invalidSize: (message: string) => AwsError;
  readonly invalidToken: (message: string) => AwsError;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly NextToken: string | undefined;
}

/** What pages are cut from: an array, or what need not be held as one. */
export interface Listed<T> {
  readonly length: number;
  slice(start: number, end?: number): T[];
}

const sameSalt = randomBytes(6);

/**
 * The page of `items` that the request asks for.
 *
 * @param listing what is listed: a token is good for the same listing only
 */
export function page<T>(call: Call, input: Input, listing: string, all: Listed<T>, paging: Paging): Page<T> {
  const items = fires(call.faults, "leftOut") ? all.slice(1) : all;
  const size = pageSize(input, paging);
  const token = input.NextToken;
  const listed = `${call.service}:${call.operation}\n${listing}`;
  const offset = token === undefined || token === null ? 0 : tokenOffset(listed, String(token));
  if (offset === undefined) throw paging.invalidToken("The provided NextToken is invalid.");
  if (fires(call.faults, "emptyPage")) return { items: [], NextToken: pageToken(listed, offset) };
  const end = offset + size;
  if (fires(call.faults, "sameToken")) {
    return { items: items.slice(offset, end), NextToken: pageToken(listed, 0, sameSalt) };
  }
  return {
    items: items.slice(offset, end),
    NextToken: end < items.length ? pageToken(listed, end) : undefined,
  };
}

function pageSize(input: Input, { sizeMember, maximum, size, invalidSize }: Paging): number {
  const asked = input[sizeMember];
  if (asked === undefined || asked === null) return size;
  if (!Number.isInteger(asked) || Number(asked) < 1) {
    throw invalidSize(violation(sizeMember, asked, "Member must have value greater than or equal to 1"));
  }
  if (Number(asked) > maximum) {
    throw invalidSize(violation(sizeMember, asked, `Member must have value less than or equal to ${maximum}`));
  }
  return Number(asked);
}
