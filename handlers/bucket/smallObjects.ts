import { CopyObjectCommand, GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { Caller } from "../aws/aws";
import { messageOf, reportError } from "../errors";
import { REPORT_PREFIX, shortLock } from "./names";
import { isMissing, notReadable } from "./reading";

/** Small objects below `REPORT_PREFIX`: JSON, or text. */
export interface SmallObjects {
  /**
   * `null` where there is no such object: without s3:ListBucket, S3 answers "forbidden" for it. Rejects with `DamagedObject` where it is not
   * what its reader needs.
   */
  read<Value>(name: string, shape: Shape<Value>): Promise<SmallObject<Value> | null>;
  /**
   * @param expected write only where the object still is as it was read, or (`null`) still does not exist
   * @returns whether it was written
   */
  /**
   * Copies an object below `REPORT_PREFIX` over what is replaced again and again: a page of any size, without its being read here.
   *
   * @param from its name, with its folder
   */
  copy(from: string, to: string, contentType: string, metadata: Record<string, string>): Promise<void>;
  write(
    name: string,
    value: object | string,
    expected?: SmallObject<unknown> | null,
    metadata?: Record<string, string>,
  ): Promise<boolean>;
}

export interface SmallObject<Value> {
  readonly value: Value;
  /** As it stands there. */
  readonly text: string;
  readonly etag: string | undefined;
}

/** What a reader needs of an object: each member that it looks at, and what that must be. Others may stand there too. */
export type Shape<Value> = Readonly<Record<keyof Value, Kind>>;

/** A `key` is one below `REPORT_PREFIX`. */
export type Kind =
  | "text"
  | "text, or left out"
  | "texts"
  | "instant"
  | "instant, or left out"
  | "true, or left out"
  | "instant or null"
  | "key"
  | "key or null"
  | "count"
  | "counts"
  | "object"
  | "object or null, or left out";

/** The first member that is not what it must be; `null` where all are. */
function wrongMember(value: unknown, shape: Readonly<Record<string, Kind>>): string | null {
  const isObject = (given: unknown) => typeof given === "object" && given !== null && !Array.isArray(given);
  const isText = (given: unknown) => typeof given === "string" && given !== "";
  const isCount = (given: unknown) => Number.isSafeInteger(given) && Number(given) >= 0;
  const isInstant = (given: unknown) =>
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(String(given)) && !Number.isNaN(Date.parse(String(given)));
  const isKey = (given: unknown) => isText(given) && String(given).startsWith(REPORT_PREFIX);
  const is: Record<Kind, (given: unknown) => boolean> = {
    text: isText,
    "text, or left out": (given) => given === undefined || isText(given),
    texts: (given) => Array.isArray(given) && given.every((each) => typeof each === "string"),
    instant: isInstant,
    "instant, or left out": (given) => given === undefined || isInstant(given),
    "true, or left out": (given) => given === undefined || given === true,
    "instant or null": (given) => given === null || isInstant(given),
    key: isKey,
    "key or null": (given) => given === null || isKey(given),
    count: isCount,
    counts: (given) => isObject(given) && Object.values(given as object).every(isCount),
    object: isObject,
    "object or null, or left out": (given) => given === undefined || given === null || isObject(given),
  };
  if (!isObject(value)) return `${String(JSON.stringify(value)).slice(0, 40)} instead of an object`;
  for (const [member, kind] of Object.entries(shape)) {
    const given = (value as Record<string, unknown>)[member];
    if (!is[kind](given)) return `${member} is ${String(JSON.stringify(given)).slice(0, 80)} instead of: ${kind}`;
  }
  return null;
}

export function createSmallObjects(s3: S3Client, Bucket: string, call: Caller): SmallObjects {
  /** What is written again and again is no evidence. */
  const REPLACED = /^(harvest|latest|running|watch)\.json$|^status\/[^/]+\/running$/;

  async function readText(Key: string): Promise<{ text: string; etag: string | undefined } | null> {
    try {
      return await call(s3, new GetObjectCommand({ Bucket, Key }), async ({ Body, ETag }) => ({
        text: (await Body?.transformToString()) ?? "",
        etag: ETag,
      }));
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  function valueIn<Value>(Key: string, text: string, shape: Shape<Value>): Value {
    const damaged = (why: string, cause?: unknown) =>
      reportError(
        "DamagedObject",
        `s3://${Bucket}/${Key} is not the JSON that this program writes (${why}). Bring an earlier version of it back, or delete it; then run again.`,
        cause,
      );
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw damaged(messageOf(error), error);
    }
    const wrong = wrongMember(value, shape);
    if (wrong !== null) throw damaged(wrong);
    return value as Value;
  }

  return {
    async copy(from, to, ContentType, Metadata) {
      const CopySource = `${Bucket}/${encodeURIComponent(REPORT_PREFIX + from).replaceAll("%2F", "/")}`;
      const replaced = { MetadataDirective: "REPLACE" as const, ContentType, Metadata, ...shortLock() };
      await call(s3, new CopyObjectCommand({ Bucket, Key: REPORT_PREFIX + to, CopySource, ...replaced }));
    },

    async read(name, shape) {
      const found = await readText(REPORT_PREFIX + name);
      return found && { ...found, value: valueIn(REPORT_PREFIX + name, found.text, shape) };
    },

    async write(name, value, expected, Metadata) {
      const Key = REPORT_PREFIX + name;
      const text = typeof value === "string";
      const Body = text ? value : JSON.stringify(value, null, 2) + "\n";
      const condition =
        expected === undefined ? {} : expected === null ? { IfNoneMatch: "*" } : { IfMatch: expected.etag };
      const object = {
        Bucket,
        Key,
        Body,
        ContentType: text ? "text/plain" : "application/json",
        Metadata,
        ...condition,
        ...(REPLACED.test(name) && shortLock()),
      };
      try {
        await call(s3, new PutObjectCommand(object));
        return true;
      } catch (error) {
        const { name } = error as Error;
        if (name !== "PreconditionFailed") throw error;
        const there = await readText(Key);
        if (there === null) throw notReadable(Bucket, Key, error);
        // The answer to a first attempt may have been lost: then what stands there is ours.
        return there.text === Body;
      }
    },
  };
}
