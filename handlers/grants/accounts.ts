import { ListAccountsCommand, type OrganizationsClient } from "@aws-sdk/client-organizations";
import { allPages, type Caller, type MustBe } from "../aws/aws";
import { messageOf } from "../errors";
import type { Collection } from "../model";
import { ACCOUNTS_A_PAGE } from "./requests";

/** The accounts of the organization, or why they may not be read. */
export async function listAccounts(
  organizations: OrganizationsClient,
  call: Caller,
  mustBe: MustBe,
): Promise<Pick<Collection, "accounts" | "accountsRefused">> {
  const STATES = ["ACTIVE", "SUSPENDED", "PENDING_CLOSURE", "CLOSED", "PENDING_ACTIVATION"];
  try {
    const accounts = await allPages(call, organizations, {
      command: (NextToken) => new ListAccountsCommand({ MaxResults: ACCOUNTS_A_PAGE, NextToken }),
      list: "Accounts",
      itemOf: ({ Id, Name, State }) => {
        const id = mustBe.accountId("Accounts.Id", Id);
        const state = mustBe.state("State of accounts", id, State, STATES, "UNKNOWN");
        return { id, name: mustBe.text("Accounts.Name", Name), state };
      },
      idOf: ({ id }) => id,
    });
    return { accounts, accountsRefused: null };
  } catch (error) {
    const name = (error as Error).name;
    if (name !== "AccessDenied" && name !== "AWSOrganizationsNotInUseException") throw error;
    return { accounts: null, accountsRefused: messageOf(error) };
  }
}
