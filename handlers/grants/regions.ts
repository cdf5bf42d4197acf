import { ListRegionsCommand, type SSOAdminClient } from "@aws-sdk/client-sso-admin";
import { allPages, type Caller, createMustBe, SLICE_OVER } from "../aws/aws";
import { messageOf } from "../errors";
import type { InstanceFacts, Settings } from "../model";
import { formatInstant } from "../times";
import { PAGE_SIZE } from "./requests";

/**
 * Where people may enter accounts: logins are recorded in the Region in which they act, and an instance may have several. A failure is a
 * value; rejects where the slice is over or the run is ended.
 */
export async function readRegions(
  { instanceArn }: Settings,
  ssoAdmin: SSOAdminClient,
  call: Caller,
): Promise<Pick<InstanceFacts, "regions" | "primary" | "refused" | "regionStates">> {
  const nothing = { regions: [], primary: null, regionStates: [] };
  try {
    const listed = await listRegions(instanceArn, ssoAdmin, call);
    if (listed.length === 0) return { ...nothing, refused: "sso-admin ListRegions named no Region" };
    const inOrder = listed.sort((one, other) => (one.name < other.name ? -1 : 1));
    return {
      regions: inOrder.map(({ name }) => name),
      primary: listed.find(({ isPrimary }) => isPrimary)?.name ?? null,
      regionStates: inOrder.map(({ name: region, status, addedMs }) => ({
        region,
        status,
        addedAt: addedMs === null ? null : formatInstant(addedMs),
      })),
      refused: null,
    };
  } catch (error) {
    call.throwIfEnded();
    if ((error as Error).name === SLICE_OVER) throw error;
    return { ...nothing, refused: messageOf(error) };
  }
}

/** The instance's Regions, those that are being added or removed included. */
function listRegions(InstanceArn: string, ssoAdmin: SSOAdminClient, call: Caller) {
  const mustBe = createMustBe();
  return allPages(call, ssoAdmin, {
    command: (NextToken) => new ListRegionsCommand({ InstanceArn, MaxResults: PAGE_SIZE, NextToken }),
    list: "Regions",
    itemOf: ({ RegionName, IsPrimaryRegion, Status, AddedDate }) => ({
      name: mustBe.id("Regions.RegionName", RegionName),
      isPrimary: IsPrimaryRegion === true,
      status: mustBe.text("Regions.Status", Status),
      addedMs: mustBe.instantMs("AddedDate of Regions", "", AddedDate),
    }),
    idOf: ({ name }) => name,
    keptAs: "regions",
  });
}
