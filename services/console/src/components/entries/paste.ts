// Lines that somebody pastes: code, value, evidence; by tabs as from a spreadsheet, or by commas.
export interface PastedLine { code: string; value: string; note: string }

/** Empty lines are left out; a first line that names columns is not one of values. */
export function readPasted(text: string): PastedLine[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim()).filter(Boolean)
  const rows = lines.map((line) => {
    const parts = line.includes('\t') ? line.split('\t') : line.split(/[,，]/)
    const [code = '', value = ''] = parts.map((part) => part.trim().replace(/^"(.*)"$/, '$1'))
    return { code, value: value.normalize('NFKC').replace(/[\s]/g, ''), note: parts.slice(2).join(line.includes('\t') ? ' ' : ',').trim().replace(/^"(.*)"$/, '$1') }
  })
  const named = rows[0] && /^(code|编码|工号)$/i.test(rows[0].code)
  return named ? rows.slice(1) : rows
}
