import { createCaller, createClients } from "../handlers/aws/aws";
import { reportError } from "../handlers/errors";
import { type History, type Manifest, REPORT_FILE, type Sink } from "../handlers/files/files";
import { createLoginSource, type LoginKeeping, NOTHING_KEPT } from "../handlers/logins/logins";
import type { Settings } from "../handlers/model";
import { type RunOptions, runReport } from "../handlers/run";
import { formatInstant } from "../handlers/times";
import type { LocalAws } from "./aws";
import { defaultSettings } from "./defaultSettings";

/** A sink in memory: a file is there once it is whole, and is not overwritten. */
export function createMemorySink(): Sink & { readonly files: Record<string, Buffer> } {
  const files: Record<string, Buffer> = {};
  return {
    files,
    create(name) {
      const chunks: Buffer[] = [];
      return {
        async write(bytes) {
          chunks.push(bytes);
        },
        async close() {
          const bytes = Buffer.concat(chunks);
          const there = files[name];
          if (there !== undefined && !there.equals(bytes))
            throw reportError("ReportExists", `${name} exists already, with other content.`);
          files[name] = bytes;
        },
        async abort() {},
      };
    },
  };
}

/** Nothing stands where the report goes. */
export const emptyHistory: History = {
  newest: async () => null,
  manifestAt: async () => null,
  decisions: async () => [],
};

export interface ProductRun {
  readonly csv: string;
  readonly manifest: Manifest;
  readonly files: Record<string, Buffer>;
}

/** The SDK's clients of this process call this local AWS from here on. */
export function useLocalAws(localAws: LocalAws): void {
  process.env.AWS_ENDPOINT_URL = localAws.url;
  process.env.AWS_REGION = localAws.organisation.PrimaryRegion;
  process.env.AWS_ACCESS_KEY_ID = "AKIDEXAMPLE";
  process.env.AWS_SECRET_ACCESS_KEY = "example";
}

/** The product's stages against a local AWS, in this process, as fast as the local AWS allows. */
export async function runProduct(
  localAws: LocalAws,
  settings: Partial<Settings> = {},
  history: History = emptyHistory,
  keeping: LoginKeeping = NOTHING_KEPT,
  more: Pick<RunOptions, "onEstimate"> = {},
): Promise<ProductRun> {
  useLocalAws(localAws);
  const { organisation } = localAws;
  const complete: Settings = {
    ...defaultSettings,
    eventDataStore: organisation.EventDataStoreArn ?? null,
    instanceArn: organisation.InstanceArn,
    identityStoreId: organisation.IdentityStoreId,
    requestsPerSecond: 10_000,
    now: formatInstant(Date.parse(organisation.Now)),
    ...settings,
  };
  const clients = createClients();
  const sink = createMemorySink();
  const ending = new AbortController();
  const call = createCaller({ requestsPerSecond: complete.requestsPerSecond, signal: ending.signal });
  try {
    const { manifest } = await runReport({
      settings: complete,
      facts: {
        runId: "test",
        account: "111122223333",
        region: "eu-west-1",
        caller: "arn:aws:iam::111122223333:role/test",
        trigger: "manual",
        note: "",
        startedMs: Date.now(),
      },
      clients,
      loginSource: createLoginSource(complete, {}, keeping),
      call,
      history,
      sink,
      progress: () => {},
      untilMs: Number.POSITIVE_INFINITY,
      ...more,
    });
    return { csv: sink.files[REPORT_FILE]?.toString("utf8") ?? "", manifest, files: sink.files };
  } finally {
    ending.abort(reportError("RunEnded", "The run has ended."));
    for (const client of Object.values(clients)) client.destroy();
  }
}
