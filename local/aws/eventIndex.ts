import type { OrganisationHeader } from "./organisation";
import { type CloudTrailRecord, type Records, readRecords } from "./records";

/** Places of events, the newest first. */
export interface Found {
  readonly length: number;
  slice(start: number, end?: number): number[];
  /** The place that stands before this one; of the first one, itself. */
  before(place: number): number;
}

/** Where which events are, by account, Region and attribute. It holds some 30 bytes of an event, and never the event. */
export interface EventIndex {
  /** @param range seconds since 1970, both ends included; @param attribute `EventName=Federate`, `=` for every event */
  find(account: string, region: string, attribute: string, range: { from: number; to: number }): Found;
  where(place: number): { start: number; length: number };
}

/** @throws Error where a record is none */
export async function createEventIndex(records: Records, header: OrganisationHeader): Promise<EventIndex> {
  const times: number[] = [];
  const starts: number[] = [];
  const lengths: number[] = [];
  const groups = new Map<string, number[]>();

  await readRecords(records, (record, place, start, end) => {
    const time = Date.parse(String(record?.eventTime));
    if (Number.isNaN(time)) {
      const got = JSON.stringify(record?.eventTime) ?? "nothing";
      throw new Error(
        `The Records of the organization cannot be loaded: Records[${place}].eventTime: expected a time, got ${got}`,
      );
    }
    times.push(Math.floor(time / 1000));
    starts.push(start);
    lengths.push(end - start);
    if (!isManagementEvent(record)) return;
    const whose = `${record.recipientAccountId ?? header.OwnerAccountId} ${record.awsRegion ?? header.PrimaryRegion}`;
    const { eventName, eventSource, readOnly } = record;
    for (const attribute of ["=", `EventName=${eventName}`, `EventSource=${eventSource}`, `ReadOnly=${readOnly}`]) {
      const key = `${whose} ${attribute}`;
      const group = groups.get(key);
      if (group) group.push(place);
      else groups.set(key, [place]);
    }
  });
  for (const group of groups.values()) group.sort((one, other) => times[other]! - times[one]! || other - one);

  return {
    find(account, region, attribute, { from, to }) {
      const group = groups.get(`${account} ${region} ${attribute}`) ?? [];
      const first = firstWhere(group, (place) => times[place]! <= to);
      const end = Math.max(
        first,
        firstWhere(group, (place) => times[place]! < from),
      );
      return {
        length: end - first,
        slice: (start, until = end - first) => group.slice(first + start, Math.min(first + until, end)),
        before: (place) => group[Math.max(first, group.indexOf(place) - 1)]!,
      };
    },
    where: (place) => ({ start: starts[place]!, length: lengths[place]! }),
  };
}

/** Event history has these alone. */
function isManagementEvent({ managementEvent, eventCategory }: CloudTrailRecord): boolean {
  return managementEvent !== false && (eventCategory ?? "Management") === "Management";
}

/** The first index of a group from which on this holds; its length where it holds nowhere. */
function firstWhere(group: readonly number[], holds: (place: number) => boolean): number {
  let [low, high] = [0, group.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(group[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
