import type { Settings } from "../handlers/model";
import { runSettings, runSettingsOf } from "../handlers/settings";

const defaults = Object.fromEntries(Object.entries(runSettings).map(([key, setting]) => [key, setting.defaultValue]));

/**
 * Complete settings of a run, for what makes reports without stack and terminal: the table's defaults, and of an instance, a store
 * and a present that are nobody's.
 */
export const defaultSettings: Settings = {
  ...runSettingsOf(defaults as unknown as Parameters<typeof runSettingsOf>[0]),
  eventDataStore: "00000000-0000-4000-8000-000000000000",
  instanceArn: "arn:aws:sso:::instance/ssoins-7223aaaabbbbcccc",
  identityStoreId: "d-906700aaaa",
  now: "2026-11-22T12:00:00Z",
};
