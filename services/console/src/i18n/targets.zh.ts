// Words about targets beyond the tree: splits by actuals, the sheet, seasons, comparisons.
export const targetsZh = {
  targets: {
    comma: '、',
    actualsOf: '按哪一期的实际完成',
    noActual: '无数据',
    lacking: '{names} 等 {count} 个在该期没有大于 0 的实际值，请说明如何处理：',
    lackingChoice: '没有实际值的如何处理',
    without: {
      1: '目标为 0',
      2: '不参与，保持原样',
      3: '按其余的平均',
    },
  },
}
