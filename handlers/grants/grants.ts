/** Who is given what: permission sets and where they are provisioned, assignments, and what is known of the people and accounts. */
export { collect } from "./collect";
export { chooseInstance, type Instance } from "./instance";
export { readProvisioning } from "./permissionSets";
