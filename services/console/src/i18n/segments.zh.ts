// Words about targets that change within a period, in Chinese.
export const segmentsZh = {
  segment: {
    policy: '调整方式',
    restate: '整期重算',
    restateText: '整个期间都按新目标计分，之前的分段不再保留。',
    cut: '从某天起分段',
    cutText: '在所选日期切开：之前按原目标，当天起按新目标，各段分别计分，再按工作日加权平均。',
    on: '分段日期',
    outside: '分段日期须在 {first} 至 {last} 之间',
    first: '期间的第一天：等于整期重算',
    becomes: '{from} 至 {to}：',
    weights: '方案的权重和规则不分段：整个期间按期末最后一天生效的方案计分。',
    chip: '分段',
    chipFrom: '{date}起分段',
    hint: '{from} 至 {to} 目标 {value}',
    none: '无目标',
    estimated: '{count} 人（或组织）的各段完成值是估算的：分段日期已过，预览把已完成的数按已过的工作日分摊；保存后按业务记录准确统计。',
    current: '当前分段',
  },
}
