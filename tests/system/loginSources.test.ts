import { createAthenaSource } from "../../handlers/logins/athena";
import { createLakeSource } from "../../handlers/logins/lake";
import type { LoginSource } from "../../handlers/logins/source";
import { assignmentEventSuite } from "../suites/assignmentEvents";
import { loginSourceSuite } from "../suites/loginSource";
import { historySource } from "../support/loginArchives";
import { eventDataStoreArn, instanceArn, trailTable } from "../support/organisation";

const lake = () => createLakeSource(eventDataStoreArn, { region: "eu-west-1" }) as LoginSource;
loginSourceSuite("CloudTrail Lake", lake);
assignmentEventSuite("CloudTrail Lake", lake);

loginSourceSuite("CloudTrail Event history", () => historySource() as LoginSource);
assignmentEventSuite("CloudTrail Event history", () => historySource() as LoginSource);

const athena = () =>
  createAthenaSource({ trailTable, trailWorkgroup: "primary", instanceArn }, { region: "eu-west-1" }) as LoginSource;
loginSourceSuite("Athena over a trail's files", athena);
assignmentEventSuite("Athena over a trail's files", athena);
