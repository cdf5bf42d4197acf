import type { RunResult } from "../../handlers/bucket/latest";
import type { Settings } from "../../handlers/model";
import { createReportHandler, type ReportEvent, type WatchResult } from "../../handlers/report";
import type { Bucket, LocalAws } from "../../local/aws";
import { defaultSettings } from "../../local/defaultSettings";

/** A container of the function, in this process: one handler, as Lambda makes it, that is invoked again and again. */
export interface Container {
  readonly localAws: LocalAws;
  readonly bucket: Bucket;
  /**
   * @param remainingMs what is left of the function's time; a run keeps 15 s of it back, and 90 s for publishing
   */
  run(event?: ReportEvent, remainingMs?: number): Promise<RunResult>;
  watch(): Promise<WatchResult>;
}

export const BUCKET = "reports";

/** The function's environment, for a local AWS; of the settings that are not given, the organisation's and the defaults. */
export function functionEnvironment(
  { url, organisation }: LocalAws,
  given: Partial<Settings> = {},
): Record<string, string> {
  const { now, ...settings } = {
    ...defaultSettings,
    eventDataStore: organisation.EventDataStoreArn ?? defaultSettings.eventDataStore,
    instanceArn: organisation.InstanceArn,
    identityStoreId: organisation.IdentityStoreId,
    requestsPerSecond: 10_000, // the local AWS's quotas are lifted: as fast as it answers
    ...given,
  };
  return {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "example",
    BUCKET_NAME: BUCKET,
    REPORT_SETTINGS: JSON.stringify(settings),
    REPORT_NAME: "test",
    CREDENTIAL_REPORT_NOW: organisation.Now,
  };
}

let requests = 0;

/**
 * Starts a container, with an empty bucket unless there is one. The SDK's clients read the endpoint at their first call: where
 * several local AWS serve at once, let each container run once before the next is started.
 */
export function startContainer(
  localAws: LocalAws,
  environment: Record<string, string> = {},
  settings: Partial<Settings> = {},
): Container {
  Object.assign(process.env, functionEnvironment(localAws, settings), environment);
  if (!localAws.buckets.has(BUCKET)) localAws.buckets.set(BUCKET, { objects: new Map(), uploads: new Map() });
  const handler = createReportHandler();
  const invoke = (event: ReportEvent, remainingMs: number) => {
    const deadlineMs = Date.now() + remainingMs;
    const awsRequestId = `request-${++requests}`;
    const invokedFunctionArn = "arn:aws:lambda:us-east-1:111122223333:function:credential-report";
    return handler(event, {
      awsRequestId,
      invokedFunctionArn,
      getRemainingTimeInMillis: () => deadlineMs - Date.now(),
    });
  };
  return {
    localAws,
    bucket: localAws.buckets.get(BUCKET)!,
    run: async (event = {}, remainingMs = 900_000) => (await invoke(event, remainingMs)) as RunResult,
    watch: async () => (await invoke({ trigger: "watch" }, 900_000)) as WatchResult,
  };
}

/** The text of an object below `credential_reports/`; `undefined` where there is none. */
export function textOf({ objects }: Bucket, name: string): string | undefined {
  const object = objects.get(`credential_reports/${name}`);
  return object && Buffer.concat(object.body).toString("utf8");
}

/** A JSON object below `credential_reports/`; `undefined` where there is none. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into it as they please
export function jsonOf(bucket: Bucket, name: string): any {
  const text = textOf(bucket, name);
  return text === undefined ? undefined : JSON.parse(text);
}

/** Keeps the function's log, which goes to standard output, out of the tests' output. Call it once a file. */
export function captureLogs(): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  let write: jest.SpyInstance;
  beforeAll(() => {
    write = jest.spyOn(process.stdout, "write").mockImplementation((text) => {
      lines.push(JSON.parse(String(text)));
      return true;
    });
  });
  afterAll(() => write.mockRestore());
  return lines;
}
