import { type Caller, type Clients, callerApart, createMustBe, inParallel, type Staged } from "../aws/aws";
import type {
  Collection,
  Membership,
  Pair,
  Principal,
  PrincipalType,
  Progress,
  Provisioning,
  Settings,
} from "../model";
import { listAssignments } from "./assignments";
import { createDirectory } from "./directory";
import { listMembers } from "./memberships";
import { IN_FLIGHT } from "./requests";

/** An assignment of which something was changed. */
export interface Changed {
  readonly accountId: string;
  readonly permissionSetArn: string;
}

/** What was read, and read again. */
export interface Renewed {
  readonly provisioning: Provisioning;
  readonly collection: Collection;
  /** How many pairs were read. */
  readonly pairs: number;
}

/**
 * Reads once more who is assigned to the pairs that were changed, and whoever was not known before; what was read of others stays. An account
 * that a known permission set came to meanwhile is added; a permission set or an account that came meanwhile is the next report's.
 */
export function readAgain(
  { instanceArn, identityStoreId }: Pick<Settings, "instanceArn" | "identityStoreId">,
  changed: readonly Changed[],
  provisioning: Provisioning,
  collection: Collection,
  { ssoAdmin, identityStore }: Clients,
  call: Caller,
  progress: Progress,
): Promise<Staged<Renewed>> {
  const stage = "changed assignments";
  const { permissionSets } = provisioning;

  return call.stage(stage, async (counted) => {
    const own = callerApart(counted, stage);
    const mustBe = createMustBe(own, stage);
    const asked = pairsOf(changed, provisioning, collection);
    const { pairs } = asked;
    const read = await listAssignments(
      instanceArn,
      { ...provisioning, pairs },
      ssoAdmin,
      own,
      mustBe,
      (_, done, total) => progress(stage, done, total),
      () => {},
    );

    const isDeleted = permissionSets.map(({ arn }) => read.deletedSets.includes(arn));
    const known = provisioning.pairs.map(([, set], index) => (isDeleted[set] ? [] : collection.principals[index]!));
    const added: [Pair, readonly Principal[]][] = [];
    read.principals.forEach((principals, index) => {
      const place = asked.places[index];
      if (place !== undefined) known[place] = principals;
      else if (principals.length > 0) added.push([pairs[index]!, principals]);
    });
    const renewed = withPairs(provisioning.pairs, known, added);

    const directory = createDirectory(identityStoreId, identityStore, own, mustBe, progress);
    const given = (type: PrincipalType) =>
      read.principals.flatMap((of) => of.flatMap(([is, id]) => (is === type ? [id] : [])));
    const newGroups = unknownOf(given("GROUP"), collection.groups);
    const groups = await found(newGroups, directory.describeGroup);
    const gone = new Set(newGroups.filter((id) => !groups.some((group) => group.id === id)));
    const unlisted = [...new Set(given("GROUP"))].filter((id) => !(id in collection.memberships) && !gone.has(id));
    const memberships: Record<string, readonly Membership[]> = { ...collection.memberships };
    await inParallel(unlisted.sort(), IN_FLIGHT, async (id) => {
      const members = await listMembers(identityStoreId, id, identityStore, own, mustBe);
      if (members !== null) memberships[id] = members;
    });
    const members = unlisted.flatMap((id) => (memberships[id] ?? []).map(({ userId }) => userId));
    const users = await found(unknownOf([...given("USER"), ...members], collection.users), directory.describeUser);

    return {
      provisioning: { ...provisioning, pairs: renewed.pairs },
      collection: {
        ...collection,
        principals: renewed.principals,
        users: [...collection.users, ...users],
        groups: [...collection.groups, ...groups],
        memberships,
        notes: [...new Set([...collection.notes, ...read.notes])],
        notUnderstood: [...new Set([...collection.notUnderstood, ...mustBe.doubts()])].sort(),
      },
      pairs: pairs.length,
    };
  });
}

/** The pairs that were changed, in order; and the place of each among those that were read before, `undefined` of one that is new. */
function pairsOf(
  changed: readonly Changed[],
  { permissionSets, pairs }: Provisioning,
  { accounts }: Collection,
): { readonly pairs: readonly Pair[]; readonly places: readonly (number | undefined)[] } {
  const indexOf = new Map(permissionSets.map(({ arn }, index) => [arn, index]));
  const isThere = accounts === null ? null : new Set(accounts.map(({ id }) => id));
  const named = new Map<string, Pair>();
  for (const { accountId, permissionSetArn } of changed) {
    const set = indexOf.get(permissionSetArn);
    if (set !== undefined) named.set(`${accountId} ${set}`, [accountId, set]);
  }
  const places = new Map<string, number>();
  pairs.forEach(([accountId, set], place) => {
    const name = `${accountId} ${set}`;
    if (named.has(name)) places.set(name, place);
  });
  const asked = [...named].filter(([name, [accountId]]) => places.has(name) || (isThere?.has(accountId) ?? true));
  asked.sort(([, one], [, other]) => inOrder(one, other));
  return { pairs: asked.map(([, pair]) => pair), places: asked.map(([name]) => places.get(name)) };
}

/** The order of the report. */
function inOrder([account, set]: Pair, [otherAccount, otherSet]: Pair): number {
  return account < otherAccount ? -1 : account > otherAccount ? 1 : set - otherSet;
}

/** Pairs with their principals, in order, and others between them. */
function withPairs(
  pairs: readonly Pair[],
  principals: readonly (readonly Principal[])[],
  added: readonly [Pair, readonly Principal[]][],
): { readonly pairs: readonly Pair[]; readonly principals: readonly (readonly Principal[])[] } {
  if (added.length === 0) return { pairs, principals };
  const all = [...pairs.map((pair, index) => [pair, principals[index]!] as const), ...added];
  all.sort(([one], [other]) => inOrder(one, other));
  return { pairs: all.map(([pair]) => pair), principals: all.map(([, ofPair]) => ofPair) };
}

/** The ids that none of these has, each once, in order. */
function unknownOf(ids: readonly string[], known: readonly { readonly id: string }[]): string[] {
  const unknown = new Set(ids);
  for (const { id } of known) unknown.delete(id);
  return [...unknown].sort();
}

/** Asks for each by its id; those that exist. */
async function found<One>(ids: readonly string[], describe: (id: string) => Promise<One | null>): Promise<One[]> {
  const all = await inParallel(ids, IN_FLIGHT, describe);
  return all.filter((one) => one !== null);
}
