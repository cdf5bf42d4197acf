import { ListAccountsCommand, type OrganizationsClient } from "@aws-sdk/client-organizations";
import { allPages, type Caller } from "../aws/aws";
import { messageOf } from "../errors";
import type { Collection } from "../model";
import { ACCOUNTS_A_PAGE } from "./requests";

// In a file of its own, as everything else that is read from AWS.

/** The accounts of the organization, or why they may not be read. */
export async function listAccounts(
  organizations: OrganizationsClient,
  call: Caller,
): Promise<Pick<Collection, "accounts" | "accountsRefused">> {
  try {
    const accounts = await allPages(call, organizations, {
      command: (NextToken) => new ListAccountsCommand({ MaxResults: ACCOUNTS_A_PAGE, NextToken }),
      items: ({ Accounts }) =>
        Accounts?.map(({ Id = "", Name = "", State = "UNKNOWN" }) => ({ id: Id, name: Name, state: State })),
      idOf: ({ id }) => id,
    });
    return { accounts, accountsRefused: null };
  } catch (error) {
    const name = (error as Error).name;
    if (name !== "AccessDenied" && name !== "AWSOrganizationsNotInUseException") throw error;
    return { accounts: null, accountsRefused: messageOf(error) };
  }
}
