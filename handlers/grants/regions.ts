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
      return { regions: await listRegions(settings.instanceArn, ssoAdmin, own), refused: null };
    } catch (error) {
      own.throwIfEnded();
      if ((error as Error).name === SLICE_OVER) throw error;
      return { regions: [], refused: messageOf(error) };
    }
  });
}

/** The names of the instance's Regions, those that are being added or removed included, in their order. */
async function listRegions(InstanceArn: string, ssoAdmin: SSOAdminClient, call: Caller): Promise<string[]> {
  const mustBe = createMustBe();
  const names = await allPages(call, ssoAdmin, {
    command: (NextToken) => new ListRegionsCommand({ InstanceArn, MaxResults: PAGE_SIZE, NextToken }),
    list: "Regions",
    itemOf: ({ RegionName }) => mustBe.id("Regions.RegionName", RegionName),
    idOf: String,
    keptAs: "regions",
  });
  return names.sort();
}
