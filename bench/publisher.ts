import { readFileSync } from "node:fs";
import { S3Client } from "@aws-sdk/client-s3";
import { createCaller } from "../handlers/calls";
import type { Plan } from "../handlers/model";
import { publish } from "../handlers/publish";
import { createS3Sink } from "../handlers/s3Sink";

export interface PublishFigures {
  readonly rows: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly peakMemoryMB: number;
}

/** A factory, so that it can be serialised as the handler is: publishes made-up sources to a bucket and measures itself. */
export function createPublisher() {
  /** 4,000 pairs, each with one group of `members`. Every tenth member has logged in. */
  function sourcesOf(members: number) {
    const range = <T>(count: number, make: (index: number) => T): T[] =>
      Array.from({ length: count }, (_, index) => make(index));
    const permissionSets: Plan["permissionSets"] = range(20, (index) => ({
      arn: `arn:aws:sso:::permissionSet/ssoins-7223aaaabbbbcccc/ps-${(1e15 + index).toString(16).padStart(16, "0")}`,
      name: `PermissionSet${index}`,
      description: "What this permission set is for, in a sentence.",
      administrator: index === 0,
    }));
    const accounts = range(200, (index) => ({
      id: String(100000000000 + index),
      name: `workload-${index}`,
      state: "ACTIVE",
    }));
    const users = range(5000, (index) => ({
      id: `906700aaaa-${String(index).padStart(8, "0")}-89ab-4cde-8f01-23456789abcd`,
      name: `person.${index}@example.com`,
      displayName: `Person ${index}`,
      email: `person.${index}@example.com`,
      status: "ENABLED",
      createdMs: 1.7e12,
    }));
    const groups = range(100, (index) => ({ id: `906700aaaa-group-${index}`, name: `Group ${index}` }));
    const memberships = Object.fromEntries(
      groups.map(({ id }, group) => [
        id,
        range(members, (index) => ({ userId: users[(group * 37 + index) % users.length]!.id, createdMs: 1.75e12 })),
      ]),
    );
    const pairs: [string, number][] = accounts.flatMap(({ id }) =>
      permissionSets.map((_, set): [string, number] => [id, set]),
    );
    const principals = pairs.map((_, index): ["GROUP", string][] => [["GROUP", groups[index % groups.length]!.id]]);
    const lastLogins = pairs.flatMap(([accountId, set], index) =>
      range(Math.floor(members / 10), (each) => ({
        userId: users[((index % groups.length) * 37 + each * 10) % users.length]!.id,
        userName: "",
        accountId,
        roleName: permissionSets[set]!.name,
        lastConsoleMs: 1.7946e12 + each,
        lastProgrammaticMs: null,
        count: 3,
      })),
    );
    const settings = {
      eventDataStore: null,
      instanceArn: "arn:aws:sso:::instance/ssoins-7223aaaabbbbcccc",
      identityStoreId: "d-906700aaaa",
      lookbackDays: 90,
      newAccessDays: 14,
      requestsPerSecond: 15,
      administratorPermissionSets: [],
      reviewerPattern: "",
      now: "2026-11-20T09:00:00Z",
    };
    return {
      settings,
      plan: { permissionSets, pairs },
      collection: { principals, users, groups, memberships, accounts, accountsRefused: null },
      logins: {
        source: "read" as const,
        observed: true,
        reason: null,
        windowFrom: "2026-08-22T09:00:00Z",
        windowTo: "2026-11-20T09:00:00Z",
        observedFrom: "2026-08-22T09:00:00Z",
        queryId: null,
        bytesScanned: null,
        lastLogins,
        unattributed: [],
      },
    };
  }

  /** @param endpoint of an S3 with a bucket `bench`; @param members rows ÷ 4,000 */
  return async (endpoint: string, members: number): Promise<PublishFigures> => {
    const s3 = new S3Client({
      endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
      maxAttempts: 1,
    });
    const call = createCaller({ requestsPerSecond: 15, signal: new AbortController().signal });
    const sources = sourcesOf(members);
    const startedMs = performance.now();
    const facts = {
      runId: "bench",
      trigger: "manual",
      note: "",
      account: "111122223333",
      region: "us-east-1",
      caller: "arn:aws:lambda:us-east-1:111122223333:function:bench",
      startedMs: Date.now(),
      statistics: call.statistics,
    };
    const history = { newest: async () => null, decisions: async () => null };
    const folder = `credential_reports/bench-${startedMs}-${members}/`;
    const { rows, files } = await publish(sources, facts, history, createS3Sink(s3, "bench", folder, call), () => {});
    const seconds = (performance.now() - startedMs) / 1000;
    // The process's own peak, page cache and the like left out.
    const peakMemoryMB = Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) / 1024;
    return { rows: rows.total, bytes: files.reduce((total, file) => total + file.bytes, 0), seconds, peakMemoryMB };
  };
}
