import {
  ListApplicationAccessScopesCommand,
  ListApplicationsCommand,
  type SSOAdminClient,
} from "@aws-sdk/client-sso-admin";
import {
  allPages,
  allPagesUnless,
  type Caller,
  type Clients,
  createMustBe,
  inParallel,
  SLICE_OVER,
  type Staged,
} from "../aws/aws";
import { isOfWhoAsks, messageOf } from "../errors";
import type { Applications, Progress, Settings } from "../model";
import { IN_FLIGHT, PAGE_SIZE } from "./requests";

/** With it, an application's tokens get credentials for accounts as the user. */
const ENTERS_ACCOUNTS = "sso:account:access";

/** The applications that may enter accounts as their users: the report does not cover them, and names them. A failure is a value. */
export function readApplications(
  { instanceArn }: Settings,
  { ssoAdmin }: Clients,
  call: Caller,
  progress: Progress,
): Promise<Staged<Applications>> {
  const FAILED = "applications failed";
  const refusedFor = (refused: string): Applications => ({ refused, count: 0, acting: [], withoutScopes: 0 });
  return call.stage("applications", async (own) => {
    const [before] = own.notes(FAILED);
    if (before !== undefined) return refusedFor(before[0]!);
    try {
      return await look(instanceArn, ssoAdmin, own, progress);
    } catch (error) {
      own.throwIfEnded();
      if ((error as Error).name === SLICE_OVER || isOfWhoAsks(error)) throw error;
      own.note(FAILED, [messageOf(error)]);
      return refusedFor(messageOf(error));
    }
  });
}

async function look(
  InstanceArn: string,
  ssoAdmin: SSOAdminClient,
  call: Caller,
  progress: Progress,
): Promise<Applications> {
  const SCOPES_A_PAGE = 10;
  /** Of an application whose scopes AWS does not tell: it has none, is AWS's own, or is gone. */
  const NO_SCOPES = ["AccessDenied", "ResourceNotFoundException", "ValidationException"];
  const scope = ENTERS_ACCOUNTS;
  const mustBe = createMustBe();
  const applications = await allPages(call, ssoAdmin, {
    command: (NextToken) => new ListApplicationsCommand({ InstanceArn, MaxResults: PAGE_SIZE, NextToken }),
    list: "Applications",
    itemOf: ({ ApplicationArn, Name }) => ({
      arn: mustBe.id("Applications.ApplicationArn", ApplicationArn),
      name: mustBe.text("Applications.Name", Name),
    }),
    idOf: ({ arn }) => arn,
    keptAs: "applications",
  });
  let done = 0;
  const scopes = await inParallel(applications, IN_FLIGHT, async ({ arn: ApplicationArn }) => {
    const { items } = await allPagesUnless(
      call,
      ssoAdmin,
      {
        command: (NextToken) =>
          new ListApplicationAccessScopesCommand({ ApplicationArn, MaxResults: SCOPES_A_PAGE, NextToken }),
        list: "Scopes",
        itemOf: ({ Scope }) => mustBe.text("Scopes.Scope", Scope),
        idOf: String,
        keptAs: `scopes of ${ApplicationArn}`,
      },
      (error) => (NO_SCOPES.includes((error as Error).name) ? messageOf(error) : null),
    );
    progress("applications", ++done, applications.length);
    return items;
  });
  const acting = applications.filter((_, index) => scopes[index]?.includes(scope));
  return {
    refused: null,
    count: applications.length,
    acting: acting.map(({ arn, name }) => name || arn).sort(),
    withoutScopes: scopes.filter((items) => items === null).length,
  };
}
