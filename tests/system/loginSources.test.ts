import { createAthenaSource } from "../../handlers/logins/athena";
import { createEventHistorySource } from "../../handlers/logins/eventHistory";
import { createLakeSource } from "../../handlers/logins/lake";
import type { LoginSource } from "../../handlers/logins/source";
import { assignmentEventSuite } from "../suites/assignmentEvents";
import { loginSourceSuite } from "../suites/loginSource";
import { eventDataStoreArn, instanceArn, trailTable } from "../support/organisation";

const lake = () => createLakeSource(eventDataStoreArn, { region: "eu-west-1" }) as LoginSource;
loginSourceSuite("CloudTrail Lake", lake);
assignmentEventSuite("CloudTrail Lake", lake);

loginSourceSuite("CloudTrail Event history", () => createEventHistorySource({ region: "eu-west-1" }) as LoginSource);

const athena = () =>
  createAthenaSource({ trailTable, trailWorkgroup: "primary", instanceArn }, { region: "eu-west-1" }) as LoginSource;
loginSourceSuite("Athena over a trail's files", athena);
assignmentEventSuite("Athena over a trail's files", athena);
