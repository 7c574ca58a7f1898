// Words about pace and forecast in Chinese.
export const paceZh = {
  pace: {
    title: '进度与预测',
    note: '截至 {day}，工作日 {elapsed} / {days}',
    share: '应完成 {share}',
    ahead: '超前',
    behind: '落后',
    onPace: '与进度持平',
    needed: '每工作日需',
    neededNote: '目前每日 {rate}',
    reached: '已达标',
    noDays: '已无工作日',
    forecast: '预测期末',
    range: '{low} – {high}',
    rangeNote: '依据近 {months} 个月推算，八成可能落在区间内；仅为预测',
    over: '期间已结束',
    too_little_data: '数据太少，暂不预测',
    people: '落后于进度的人',
    peopleNote: '{total} / {all} 人 · 应完成 {share}',
    nobody: '没有人落后于进度。',
    more: '再看 {count} 人',
  },
}
