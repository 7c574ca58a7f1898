// The tree of units as options of a select, indented by depth.
import type { TreeNode } from '@gen/org/v1/org_pb'
import type { IdOption } from './IdSelect.vue'

export function unitOptions(nodes: TreeNode[], except?: bigint): IdOption[] {
  return nodes.flatMap((node) =>
    node.unit && node.unit.id !== except ? [{ id: node.unit.id, label: '\u3000'.repeat(node.depth) + node.unit.name }] : [],
  )
}
