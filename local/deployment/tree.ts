import type { Change, Resource } from "./stack";

/** One line of the resource tree that `pulumi up` shows. */
export interface TreeLine {
  readonly branches: string;
  readonly type: string;
  readonly name: string;
  readonly operation: string;
}

/** The stack, below it its components, and below each resource its children. */
export function resourceTree(resources: readonly Resource[], changes: readonly Change[]): TreeLine[] {
  const operations = new Map(changes.map(({ urn, operation }) => [urn, operation]));
  const lines: TreeLine[] = [];
  const visit = (resource: Resource, indent: string, own: string) => {
    const { urn, type, name } = resource;
    lines.push({ branches: indent + own, type: shortType(type), name, operation: operations.get(urn) ?? "" });
    const children = resources.filter(({ parent }) => parent === urn);
    const below = indent + (own === "" ? "" : own === "├─ " ? "│  " : "   ");
    children.sort((a, b) => Number(isLeaf(b, resources)) - Number(isLeaf(a, resources)) || (a.name < b.name ? -1 : 1));
    for (const [index, child] of children.entries()) {
      visit(child, below, index === children.length - 1 ? "└─ " : "├─ ");
    }
  };
  for (const root of resources.filter(({ parent }) => parent === "")) visit(root, "", "");
  return lines;
}

function isLeaf({ urn }: Resource, resources: readonly Resource[]): boolean {
  return !resources.some(({ parent }) => parent === urn);
}

/** As the CLI shows types: `aws:s3/bucket:Bucket` is `aws:s3:Bucket`. */
function shortType(type: string): string {
  return type.replace(/^([^:]+):([^/:]+)\/[^:]+:/, "$1:$2:");
}
