import { ListRegionsCommand, type SSOAdminClient } from "@aws-sdk/client-sso-admin";
import { allPages, type Caller, type Clients, createMustBe, SLICE_OVER, type Staged } from "../aws/aws";
import { messageOf } from "../errors";
import type { InstanceRegions, Settings } from "../model";
import { PAGE_SIZE } from "./requests";

/**
 * Where people may enter accounts: logins are recorded in the Region in which they act, and an instance may have several. A failure is a
 * value; rejects where the slice is over or the run is ended.
 */
export function readRegions(settings: Settings, { ssoAdmin }: Clients, call: Caller): Promise<Staged<InstanceRegions>> {
  return call.stage("regions", async (own) => {
    try {
      const listed = await listRegions(settings.instanceArn, ssoAdmin, own);
      if (listed.length === 0) return { regions: [], primary: null, refused: "sso-admin ListRegions named no Region" };
      const primary = listed.find(({ isPrimary }) => isPrimary)?.name ?? null;
      return { regions: listed.map(({ name }) => name).sort(), primary, refused: null };
    } catch (error) {
      own.throwIfEnded();
      if ((error as Error).name === SLICE_OVER) throw error;
      return { regions: [], primary: null, refused: messageOf(error) };
    }
  });
}

/** The instance's Regions, those that are being added or removed included. */
function listRegions(InstanceArn: string, ssoAdmin: SSOAdminClient, call: Caller) {
  const mustBe = createMustBe();
  return allPages(call, ssoAdmin, {
    command: (NextToken) => new ListRegionsCommand({ InstanceArn, MaxResults: PAGE_SIZE, NextToken }),
    list: "Regions",
    itemOf: ({ RegionName, IsPrimaryRegion }) => ({
      name: mustBe.id("Regions.RegionName", RegionName),
      isPrimary: IsPrimaryRegion === true,
    }),
    idOf: ({ name }) => name,
    keptAs: "regions",
  });
}
